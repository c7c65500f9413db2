"""Places, painted from numbers: one file each."""
