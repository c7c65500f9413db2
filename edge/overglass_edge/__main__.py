"""`python -m overglass_edge` is the command `overglass`."""

from overglass_edge.command import main

main()
