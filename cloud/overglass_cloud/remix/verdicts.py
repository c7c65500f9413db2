"""The quality report as it is kept and shown: figures, and what they mean in plain words. Pure."""

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, computed_field

STEADY, UNSTEADY = 1.5, 2.0
"warp_ratio: up to the first it looks steady, above the second it flickers."
SEAM = 2.5
"seam_ratio above which a join is seen, and repaired."
LIKE, UNLIKE = 0.6, 0.4
"structure: from the first up the scene is clearly the same, below the second it is hard to recognise."

Grade = Literal["good", "fair", "poor", "unknown"]
_ORDER: tuple[Grade, ...] = ("good", "unknown", "fair", "poor")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Timing(_Part):
    """Every picture, and when it is shown, against what the timeline wants."""

    wanted: int
    got: int
    worst_offset_s: float = Field(description="The furthest any picture is from its time.")
    first_moved: int | None = Field(
        description="Number of the first picture that is not shown when it ought."
    )
    exact: bool


class Sound(_Part):
    """Hashes of the sound's packets, before and after."""

    source: str | None = None
    output: str | None = None
    remade: bool = Field(
        default=False, description="Cut, joined or played at another speed, as was asked for."
    )


class JoinFigure(_Part):
    """Where two segments meet."""

    picture: int = Field(description="The first of the later segment.")
    seam_ratio: float

    @computed_field  # type: ignore[prop-decorator]
    @property
    def needs_repair(self) -> bool:
        return self.seam_ratio > SEAM


class StepFigure(_Part):
    """From one picture to the next."""

    picture: int
    seam_ratio: float
    join: bool


class Looks(_Part):
    """How the pictures measure, over those that were looked at."""

    pictures: int = Field(description="How many were looked at.")
    warp_ratio: float = Field(description="How much less steady than the source; 1 for a copy.")
    seam_elsewhere: float | None = Field(description="The most surprising shift of colour away from joins.")
    joins: Sequence[JoinFigure] = Field(description="Those that were looked at and are no cuts.")
    joins_in_all: int
    structure: float = Field(description="How much of the source's edges is there; 1 for a copy.")
    strength: float = Field(description="How far from a mere copy; 0 for one.")
    steps: Sequence[StepFigure] = Field(description="What a chart draws.")

    @property
    def worst_join(self) -> JoinFigure | None:
        return max(self.joins, key=lambda join: join.seam_ratio, default=None)


class Verdict(_Part):
    """One thing that matters, in a sentence."""

    about: Literal["timing", "sound", "steadiness", "joins", "likeness", "change"]
    grade: Grade
    sentence: str


class QualityReport(_Part):
    """Everything about one finished clip."""

    version: Literal[1] = 1
    timing: Timing
    sound: Sound
    looks: Looks | None = Field(description="None where pictures could not be compared.")
    verdicts: Sequence[Verdict]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def to_repair(self) -> list[int]:
        """First pictures of segments whose join is seen."""
        return [join.picture for join in self.looks.joins if join.needs_repair] if self.looks else []

    @computed_field  # type: ignore[prop-decorator]
    @property
    def grade(self) -> Grade:
        """The worst of the verdicts."""
        return max((each.grade for each in self.verdicts), key=_ORDER.index, default="unknown")


def sentences(
    timing: Timing, sound: Sound, looks: Looks | None, painted: bool, compared: bool = True
) -> list[Verdict]:
    """What the figures mean, for people."""
    told = [_of_timing(timing), _of_sound(sound)]
    if looks is None:
        why = (
            "No two pictures in a row could be compared with the source."
            if compared
            else "The picture has another shape than its source, so the two are not compared."
        )
        return [*told, Verdict(about="steadiness", grade="unknown", sentence=why)]
    told += [_of_steadiness(looks.warp_ratio), _of_joins(looks)]
    if painted:
        told += [_of_likeness(looks.structure), _of_change(looks.strength)]
    return told


def _of_timing(timing: Timing) -> Verdict:
    if timing.exact:
        text = f"All {timing.got} pictures are there, each at its own time."
        return Verdict(about="timing", grade="good", sentence=text)
    if timing.got != timing.wanted:
        text = f"{timing.got} pictures came out where {timing.wanted} were wanted."
    else:
        text = (
            f"Picture {timing.first_moved} and perhaps more are shown at another time than they should be, "
        )
        text += f"by up to {timing.worst_offset_s * 1000:.0f} ms."
    return Verdict(about="timing", grade="poor", sentence=text)


def _of_sound(sound: Sound) -> Verdict:
    match (sound.source, sound.output):
        case (None, None):
            grade, text = "good", "There is no sound, as in the source."
        case (_, None):
            grade, text = "poor", "The sound is missing."
        case (one, other) if one == other:
            grade, text = "good", "The sound is the source's, bit for bit."
        case _ if sound.remade:
            grade, text = "good", "The sound was cut or changed in speed, as was asked for."
        case _:
            grade, text = "poor", "The sound is not the source's."
    return Verdict.model_validate({"about": "sound", "grade": grade, "sentence": text})


def _of_steadiness(ratio: float) -> Verdict:
    grade: Grade = "good" if ratio <= STEADY else "fair" if ratio <= UNSTEADY else "poor"
    words = {"good": "The picture is steady", "fair": "The picture is a little restless"}
    text = f"{words.get(grade, 'The picture flickers')}: {ratio:.2f} times its source's own restlessness."
    return Verdict(about="steadiness", grade=grade, sentence=text)


def _of_joins(looks: Looks) -> Verdict:
    worst, seen = looks.worst_join, sum(join.needs_repair for join in looks.joins)
    if worst is None:
        text = "No join lies within a shot." if looks.joins_in_all else "The clip was painted in one piece."
        return Verdict(about="joins", grade="good", sentence=text)
    of = f"Of {len(looks.joins)} joins" + (" looked at" if len(looks.joins) < looks.joins_in_all else "")
    if not seen:
        text = f"{of} none is seen; the strongest shift of colour is {worst.seam_ratio:.1f} times the usual."
        return Verdict(about="joins", grade="good", sentence=text)
    text = f"{of} {seen} {'is' if seen == 1 else 'are'} seen, the worst at picture {worst.picture}: "
    text += f"its shift of colour is {worst.seam_ratio:.1f} times the usual."
    return Verdict(about="joins", grade="poor", sentence=text)


def _of_likeness(structure: float) -> Verdict:
    grade: Grade = "good" if structure >= LIKE else "fair" if structure >= UNLIKE else "poor"
    words = {"good": "The scene is clearly the source's", "fair": "The scene is loosely the source's"}
    text = f"{words.get(grade, 'The scene is hard to recognise')}: its edges agree to {structure:.0%}."
    return Verdict(about="likeness", grade=grade, sentence=text)


def _of_change(strength: float) -> Verdict:
    if strength < 0.02:  # below what two just noticeable differences would be
        text = "Hardly anything was changed; it looks like the source."
        return Verdict(about="change", grade="fair", sentence=text)
    how = "lightly" if strength < 0.08 else "clearly" if strength < 0.2 else "strongly"
    text = (
        f"The picture is {how} changed: its colours moved by {strength:.0%} of the way from black to white."
    )
    return Verdict(about="change", grade="good", sentence=text)
