"""How fast a GPU paints with SD-Turbo's architecture: `overglass bench gpu`.

It also runs as a plain module from a copy of the tree, with nothing installed but torch:
    PYTHONPATH=protocol:cloud:simulators python3 -m overglass_simulators.bench.gpu --json
so nothing here may import more than torch and what is as bare.
"""

import argparse
import json
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from overglass_protocol.errors import OverglassError
from overglass_simulators.bench.promise import Promise, judged

PROMISES = (
    Promise("fps_alone", 250.0, at_least=True),
    Promise("fps_batched", 400.0, at_least=True),
    Promise("sessions_p95_ms", 42.0),
)
"For one step at 512x512 on one H200; the last for 12 sessions at 24 fps."
DEVICES = ("cuda", "cpu")
SESSIONS, SESSION_FPS = 12, 24.0

Say = Callable[[str], None]
"Told in a few words what is being done."


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured."""

    device: str = "cuda"
    weights: Path | None = None
    "A pipeline's folder; None: random numbers, since speed does not depend on their values."
    tiny: bool = False
    "A network of a few thousand numbers, to try the bench itself."
    steps: int = 1
    compiled: bool = False
    seconds: float = 2.0
    "Of measuring, for each row."

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        """(width, height)."""
        return ((64, 64), (112, 64)) if self.tiny else ((512, 512), (896, 512))

    @property
    def batches(self) -> tuple[int, ...]:
        return (1, 2) if self.tiny else (1, 2, 4, 8)


def run(plan: Plan, say: Say) -> dict[str, Any]:
    """All figures. Raises OverglassError with the cure when they cannot be taken here."""
    try:
        import torch  # noqa: PLC0415
    except ImportError as error:
        raise OverglassError(
            f"torch is missing: {error}", cure="Install it: pip install 'overglass[cloud]'."
        ) from error
    from overglass_simulators.bench import gpu_figures  # noqa: PLC0415

    if plan.device == "cuda" and not torch.cuda.is_available():
        raise OverglassError(
            "there is no GPU here that torch can use through CUDA",
            cure="Run it where there is one. To try the bench itself: --device cpu --tiny.",
        )
    bench = gpu_figures.Bench(plan, say)
    peak = bench.peak_tflops()
    rows = [bench.row(size, batch, peak) for size in plan.sizes for batch in plan.batches]
    small = [row for row in rows if row["size"] == rows[0]["size"]]
    result = {
        "bench": "gpu",
        "fps_alone": small[0]["fps"],
        "fps_batched": small[-1]["fps"],
        **bench.sessions(SESSIONS, SESSION_FPS),
        **bench.error(),
        "peak_tflops": peak,
        "rows": rows,
        **bench.describe(),
        "on": bare_machine(),
    }
    return judged(result, promises(plan))


def promises(plan: Plan) -> Sequence[Promise]:
    """Nothing is promised of another architecture or more steps."""
    return () if plan.tiny or plan.steps > 1 or plan.device != "cuda" else PROMISES


def bare_machine() -> dict[str, Any]:
    """What it ran on, from what a bare machine knows."""
    import torch  # noqa: PLC0415

    cuda = torch.cuda.is_available()
    return {
        "device": torch.cuda.get_device_name() if cuda else "cpu",
        "torch": torch.__version__,
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version() if cuda else None,  # type: ignore[no-untyped-call]
        "python": platform.python_version(),
        "os": platform.platform(),
    }


def main(words: Sequence[str] | None = None) -> int:
    """The plain module's command line."""
    parser = argparse.ArgumentParser(prog="python3 -m overglass_simulators.bench.gpu", description=__doc__)
    parser.add_argument("--device", choices=DEVICES, default="cuda")
    parser.add_argument("--weights", type=Path, help="a pipeline's folder; without it random numbers")
    parser.add_argument("--tiny", action="store_true", help="a tiny network, to try the bench itself")
    parser.add_argument("--steps", type=int, choices=range(1, 5), default=1, help="steps for each picture")
    parser.add_argument("--compile", action="store_true", help="fuse small steps with torch.compile")
    parser.add_argument("--seconds", type=float, default=2.0, help="of measuring, for each row")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    asked = parser.parse_args(words)
    plan = Plan(asked.device, asked.weights, asked.tiny, asked.steps, asked.compile, asked.seconds)
    try:
        result = run(plan, lambda doing: print(doing, file=sys.stderr))
    except OverglassError as error:
        print(f"overglass: {error}", file=sys.stderr)
        return 1
    result["machine"] = result.pop("on")
    if asked.json:
        print(json.dumps(result))
    else:
        print("\n".join(_lines(result)))
    return 0


def _lines(result: dict[str, Any]) -> list[str]:
    plain = [f"{key}: {value}" for key, value in result.items() if key != "rows"]
    return [*plain, *(", ".join(f"{key} {value}" for key, value in row.items()) for row in result["rows"])]


if __name__ == "__main__":
    sys.exit(main())
