"""Networks one meets, by name, and how the page speaks of a link. Typical numbers, not measurements."""

from overglass_simulators.link import LinkSettings


def link(
    round_trip: float, jitter: float = 0.0, loss: float = 0.0, rate: float | None = None
) -> LinkSettings:
    """Either direction of a link with this round trip in seconds; `jitter`, `loss` and `rate` each way."""
    return LinkSettings(loss=loss, delay=round_trip / 2, jitter=jitter, rate=rate)


LINKS: dict[str, LinkSettings] = {
    "perfect": link(0.0),
    "wifi": link(0.006, 0.004, 0.001, 40e6),
    "lte": link(0.050, 0.020, 0.005, 12e6),
    "hotel": link(0.090, 0.060, 0.020, 3e6),
    "train": link(0.160, 0.100, 0.040, 2e6),
}
"""`perfect` adds nothing; `hotel` is a Wi-Fi that many share; `train` a mobile network at speed."""


def in_words(settings: LinkSettings) -> dict[str, float | None]:
    """As the page gets it: seconds, share of packets, bits per second."""
    return {
        "round_trip": round(settings.delay * 2, 4),
        "jitter": round(settings.jitter, 4),
        "loss": round(settings.loss, 4),
        "rate": settings.rate,
    }
