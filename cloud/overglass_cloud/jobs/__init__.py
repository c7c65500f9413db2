"""Jobs that survive crashes: their state, their artefacts, and who performs their items. Knows no media."""
