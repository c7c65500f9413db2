"""What a session folder is made of: files that survive a crash, the timeline, the manifest, the video."""
