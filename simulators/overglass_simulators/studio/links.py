"""How the page speaks of a link: by its round trip, as people do. Knows no networks by name."""

from overglass_simulators.link import LinkSettings


def link(
    round_trip: float, jitter: float = 0.0, loss: float = 0.0, rate: float | None = None
) -> LinkSettings:
    """Either direction of a link with this round trip in seconds; `jitter`, `loss` and `rate` each way."""
    return LinkSettings(loss=loss, delay=round_trip / 2, jitter=jitter, rate=rate)


def in_words(settings: LinkSettings) -> dict[str, float | None]:
    """As the page gets it: seconds, share of packets, bits per second."""
    return {
        "round_trip": round(settings.delay * 2, 4),
        "jitter": round(settings.jitter, 4),
        "loss": round(settings.loss, 4),
        "rate": settings.rate,
    }
