"""Glasses, phones and webcams as data files: each number with its source, or what is assumed in its place."""

from overglass_simulators.devices.catalogue import load, names, profile, schema
from overglass_simulators.devices.device import Device

__all__ = ["Device", "load", "names", "profile", "schema"]
