"""Where items are performed: processes here, or a cluster."""
