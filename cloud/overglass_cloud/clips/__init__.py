"""Clips on disk, read and written with exact times and bounded memory: the one layer over PyAV of what is
remixed. Knows nothing of jobs, presets or looks. FFmpeg's errors leave it as ClipError with the cure.
"""
