"""Characters: drawn heads, one file each."""
