"""A recorded session as a folder: what is in it, and how it is read back. Knows not how it was written."""
