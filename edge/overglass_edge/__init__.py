"""The program beside the camera and the display."""
