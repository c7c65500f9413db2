"""Small convolutional networks that paint: their shape, their files, how they run."""
