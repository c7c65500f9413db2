"""Stand-ins that run, and that tests import: worlds, links, services; the demo and the benches."""
