"""What `overglass verify` is told of a clip's watermark: a sentence, or nothing."""

from pathlib import Path

from overglass_cloud.marking.detection import detect_in


def finding(path: Path) -> str | None:
    """Looks at a few pictures across the clip."""
    found = detect_in(path, cropped=True)
    if found is None:
        return None
    return (
        f"marked by Overglass as made with AI, record {found.payload:08x} (seen in {found.pictures} pictures)"
    )
