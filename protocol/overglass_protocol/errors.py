"""Every error this project raises on purpose. Imports nothing.

A user reads one line: what is wrong and what cures it. Foreign exceptions are translated into
these where the foreign library is called.
"""


class OverglassError(Exception):
    """Something a person can act on.

    `cure` says what to do about it, as a sentence or a command.
    """

    def __init__(self, message: str, *, cure: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.cure = cure

    def __str__(self) -> str:
        return with_cure(self.message, self.cure)


def with_cure(message: str, cure: str) -> str:
    """What is wrong and what cures it, as one line of whole sentences."""
    if not cure:
        return message
    return f"{message}{'' if message.endswith(('.', '!', '?')) else '.'} {cure}"


class ConfigError(OverglassError):
    """A setting, flag or combination of them cannot work."""


class ProtocolError(OverglassError):
    """The talk between edge and cloud went wrong."""


class LocalProtocolError(ProtocolError):
    """We tried to say something that the session does not allow now."""


class RemoteProtocolError(ProtocolError):
    """The other end said something it may not say.

    `code` is the short name that goes back to it in an error message.
    """

    def __init__(self, message: str, *, code: str, cure: str = "") -> None:
        super().__init__(message, cure=cure)
        self.code = code


class PeerError(OverglassError):
    """The media connection could not be made, or broke."""


class UnusableOfferError(PeerError):
    """A session description that cannot be answered. `malformed` tells nonsense from mere mismatch."""

    def __init__(self, message: str, *, malformed: bool, cure: str = "") -> None:
        super().__init__(message, cure=cure)
        self.malformed = malformed


class RefusedError(OverglassError):
    """The service answered with a refusal (an RFC 9457 problem)."""

    def __init__(
        self, message: str, *, status: int, cure: str = "", retry_after: float | None = None
    ) -> None:
        super().__init__(message, cure=cure)
        self.status = status
        self.retry_after = retry_after


class SourceError(OverglassError):
    """A camera, file or other source of pictures cannot be used."""


class DisplayError(OverglassError):
    """The result cannot be shown or written."""


class LookError(OverglassError):
    """A look cannot start or failed while painting."""


class MissingReferenceError(LookError):
    """A look goes by a picture, and the document names none, or one that the service does not have."""


class PictureError(OverglassError):
    """A picture file cannot be used. `code` is the short name of why, as in a problem document."""

    def __init__(self, message: str, *, code: str, cure: str = "") -> None:
        super().__init__(message, cure=cure)
        self.code = code


class DetectorError(OverglassError):
    """A detector cannot start or failed on a picture."""


class RecordingError(OverglassError):
    """A session folder cannot be written or cannot be read."""


class ModelError(OverglassError):
    """A model file is missing, or is not what it should be."""


class QualityError(OverglassError):
    """Pictures cannot be measured, or compared with each other."""


class ClipError(OverglassError):
    """A clip cannot be read, written, or is not let in. `code` is the short name of why."""

    def __init__(self, message: str, *, code: str = "unusable-clip", cure: str = "") -> None:
        super().__init__(message, cure=cure)
        self.code = code


class RemixError(OverglassError):
    """A remix was asked for that cannot be made, or could not be finished. `code` says why in short."""

    def __init__(self, message: str, *, code: str = "remix", cure: str = "") -> None:
        super().__init__(message, cure=cure)
        self.code = code


class TrustError(OverglassError):
    """A clip cannot be signed, or its origin cannot be read."""
