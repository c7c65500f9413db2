"""How a session folder is written: files that survive a crash, the video, and what waits for the disk."""
