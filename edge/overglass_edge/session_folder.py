"""Reads a session folder back, also one whose recording was cut off, and says what is missing from it.

Knows what the recorder wrote, not how.
"""

import json
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from overglass_edge.recording import fragments, timeline
from overglass_edge.recording.capture_file import SOUND_TRACK, VIDEO_TRACK
from overglass_edge.recording.fragments import Index
from overglass_edge.recording.manifest import Manifest
from overglass_edge.recording.session_writer import CAPTURE, TIMELINE
