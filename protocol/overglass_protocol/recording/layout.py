"""Names and numbers that whoever writes a session folder and whoever reads it agree on."""

MANIFEST, TIMELINE, CAPTURE = "session.json", "timeline.jsonl", "capture.mp4"
"The files of a folder."
VIDEO_TRACK, SOUND_TRACK = 1, 2
"Of capture.mp4."
