"""Pictures out of noise and a prompt, in one to four steps: the looks that a diffusion model paints.

`unet`, `autoencoder`, `schedule` and `frame` are the model, tensors in and tensors out; they know torch
alone, so that a bare GPU machine can run them. The rest joins them to sessions, files and settings.
"""
