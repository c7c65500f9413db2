"""What can be said of a clip's pictures, in the words of IPTC and C2PA. Loads nothing."""

from enum import StrEnum

_IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"


class SourceType(StrEnum):
    """Where the pictures come from; the last part of IPTC's digital source type."""

    CAMERA = "digitalCapture"
    VIRTUAL = "virtualRecording"
    SCREEN = "screenCapture"
    COMPOSITE = "compositeWithTrainedAlgorithmicMedia"
    GENERATED = "trainedAlgorithmicMedia"

    @property
    def address(self) -> str:
        return _IPTC + self.value


class Act(StrEnum):
    """What was done; C2PA's name for it."""

    CREATED = "c2pa.created"
    OPENED = "c2pa.opened"
    EDITED = "c2pa.edited"
    TRIMMED = "c2pa.trimmed"
    PLACED = "c2pa.placed"
    CROPPED = "c2pa.cropped"
    RESIZED = "c2pa.resized"
    FILTERED = "c2pa.filtered"
    COLOURED = "c2pa.color_adjustments"
    DRAWN = "c2pa.drawing"
    REDACTED = "c2pa.redacted"
    WATERMARKED = "c2pa.watermarked"
    TRANSCODED = "c2pa.transcoded"
