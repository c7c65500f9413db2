"""Simulated glasses, worn: world, device, link and display around the real agent and the real service."""
