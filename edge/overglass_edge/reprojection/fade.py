"""How much is still shown of an overlay that is old, or that has been turned away from. Knows no pixels."""

from dataclasses import dataclass

from overglass_protocol.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Fade:
    """Opacity falls smoothly from 1 to 0 between two ages.

    Turning is undone whatever the age; what walks about is not: a person at 1.4 m/s is 0.7 m further
    after half a second, about the width of the person. Round trips up to 0.4 s therefore never fade, a
    hiccup of less than a second dims, and nothing stays for longer than 1.5 s to point at nobody.
    Raises ConfigError when the limits are in the wrong order.
    """

    begins: float = 0.5
    "Seconds of age up to which all of it is shown."
    ends: float = 1.5
    "Seconds of age from which nothing is."
    least_coverage: float = 0.0
    """Share of the display below which what sticks to the world fades too, so that no slim rest of it
    lingers at the border; 0 shows it to the last."""

    def __post_init__(self) -> None:
        if not 0 <= self.begins <= self.ends:
            raise ConfigError(
                f"a layer cannot begin to fade at {self.begins:g} s and be gone at {self.ends:g} s",
                cure="Choose 0 <= begins <= ends.",
            )
        if not 0 <= self.least_coverage <= 1:
            raise ConfigError(
                f"no share of a display is {self.least_coverage:g}", cure="Choose least_coverage from 0 to 1."
            )

    def opacity(self, age: float, coverage: float = 1.0) -> float:
        """0 to 1. Never grows with `age`, never falls with `coverage`. What is yet to come is new."""
        if age >= self.ends:
            return 0.0
        left = 1.0 if age <= self.begins else _smooth((self.ends - age) / (self.ends - self.begins))
        if coverage < self.least_coverage:
            left *= _smooth(coverage / self.least_coverage)
        return left


def _smooth(share: float) -> float:
    """From 0 to 1 without a corner at either end."""
    return share * share * (3 - 2 * share)
