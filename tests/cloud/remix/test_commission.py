from overglass_cloud.remix.commission import Commission, Input
from overglass_cloud.remix.recipe import Recipe, Step


def _commission(look: str = "oil", name: str = "walk.mp4", content: str = "a" * 64) -> Commission:
    recipe = Recipe(steps=(Step(preset="restyle", parameters={"look": look}),))
    return Commission(recipe=recipe, inputs=[Input(name=name, file="input-0", sha256=content)])


def test_the_record_goes_by_recipe_and_content_and_not_by_names() -> None:
    assert _commission().record == _commission(name="holiday.mp4").record
    assert _commission().record != _commission(look="ink").record
    assert _commission().record != _commission(content="b" * 64).record


def test_a_commission_survives_its_file() -> None:
    commission = _commission()
    again = Commission.model_validate_json(commission.model_dump_json())
    assert again == commission
    assert again.record == commission.record
