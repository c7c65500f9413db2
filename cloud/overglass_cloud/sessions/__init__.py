"""Sessions: each one's life, all of them, and the broadcast to those who watch."""
