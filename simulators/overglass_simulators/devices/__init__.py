"""Profiles of real glasses, as data: what they see, feel and show, with a source for every number."""
