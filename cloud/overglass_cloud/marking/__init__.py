"""Signs in the picture itself of what was done to it: the watermark that nobody sees, the label that all do.

Knows pictures; knows no jobs, no manifests and no network.
"""
