"""How a look is learned: a small network imitates a slow teacher."""
