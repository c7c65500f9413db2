"""What can be made. Each file is a family of presets; the registry finds them by entry points."""
