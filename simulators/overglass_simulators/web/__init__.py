"""What the pages of this package share: who may reach them, and how they are served."""
