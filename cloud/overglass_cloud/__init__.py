"""The program beside the GPU: takes frames in, paints them, sends them back."""
