"""What the edge and the cloud say to each other, and the one way it is carried."""
