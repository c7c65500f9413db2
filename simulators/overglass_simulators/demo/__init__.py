"""`overglass demo`: the service and the glasses in one command, live in a page or measured into files."""
