"""The commands about where a clip comes from."""
