"""The model files that detectors and looks need: what they are, where they come from, where they lie.

Nothing here knows what a model computes, and nothing but `overglass models pull` reaches the network.
"""
