"""How a look is learned: a small network imitates a slow teacher on pictures that the teacher painted once."""
