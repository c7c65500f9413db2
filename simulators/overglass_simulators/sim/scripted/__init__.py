"""Scripted sessions without a page: what a file says is to happen, what came of it, and a verdict."""
