"""Generation with weights that a person brings: which models there are, and what feeds them pictures."""
