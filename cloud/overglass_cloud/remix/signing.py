"""What a remix says of itself when it is signed: made from what, by which steps, with which model.

Knows no keys and no files but the inputs.
"""

import hashlib
from pathlib import Path
from typing import Any

from overglass_cloud.remix.commission import Commission
from overglass_cloud.remix.plan_file import PlanFile
from overglass_cloud.remix.presets.registry import Presets, read
from overglass_protocol.errors import TrustError
from overglass_protocol.provenance.formats import form_of
from overglass_protocol.provenance.signing import Action, Statement
from overglass_protocol.provenance.terms import Act, SourceType

FACT = "org.overglass.remix"
SOFT_BINDING, WATERMARK = "c2pa.soft-binding", "org.overglass.watermark.1"
_SOURCES = {"none": None, "modified": SourceType.COMPOSITE, "generated": SourceType.GENERATED}


def stated(commission: Commission, plan: PlanFile, presets: Presets, content: str) -> Statement:
    """`content` is the SHA-256 of the unsigned clip, in hexadecimal."""
    recipe = hashlib.sha256(commission.recipe.text.encode()).hexdigest()
    actions = []
    for step in commission.recipe.steps:
        preset = presets[step.preset]
        parameters = read(preset, step.parameters)
        source = _SOURCES[preset.marking(parameters)]
        model = preset.model(parameters) or ""
        actions.append(Action(Act.EDITED, preset.summary, source, model, recipe))
    record = f"{commission.record:08x}"
    facts: dict[str, dict[str, Any]] = {
        FACT: {"record": record, "recipe_sha256": recipe, "content_sha256": content}
    }
    if plan.marking != "none" and commission.recipe.delivery.watermark:
        actions.append(Action(Act.WATERMARKED, "An imperceptible number that leads back to this record."))
        # C2PA (specification 2.2, 18.13) wants to know how a watermark leads back to the record.
        facts[SOFT_BINDING] = {"alg": WATERMARK, "blocks": [{"scope": {}, "value": record}]}
    parents = tuple(Path(each.file) for each in commission.inputs if _is_bearable(Path(each.file)))
    return Statement("Overglass remix", _SOURCES[plan.marking], tuple(actions), parents, facts)


def _is_bearable(path: Path) -> bool:
    """Whether the file is of a kind that may carry a record, and so be named as a parent."""
    try:
        form_of(path)
    except TrustError:
        return False
    return True
