"""From recorded clips to a finished one: what can be made (presets), and the jobs that make it."""
