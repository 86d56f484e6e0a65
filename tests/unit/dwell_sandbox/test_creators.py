import pytest

from dwell_sandbox import World
from dwell_sandbox.creators import CREATORS
from dwell_sandbox.demo_accounts import DEMO_ACCOUNTS
from dwell_sandbox.niches import NICHES


def test_every_creator_of_a_million_can_be_drawn(world: World):
    for number in (0, 5, 999_999, CREATORS - 1):
        creator = world.creator_by_number(number)
        assert world.creator(creator.handle) == creator
        assert creator.handle.startswith("demo_")
        assert creator.niche in NICHES
        assert creator.display_name.endswith("(simulated)")


def test_the_demo_accounts_are_what_the_demo_says(world: World):
    own, near, large, other = (world.creator(handle) for handle in DEMO_ACCOUNTS)
    assert own.niche == near.niche == large.niche != other.niche
    assert near.size / own.size < 1.5
    assert large.size / own.size > 20
    assert [creator.number for creator in (own, near, large, other)] == list(DEMO_ACCOUNTS.values())


def test_handles_are_found_however_they_are_written(world: World):
    assert world.creator("@Demo_Kitchen") == world.creator("demo_kitchen")


@pytest.mark.parametrize(
    "handle",
    ["nobody", "demo_cooking_1", "demo_tech_0005", "demo_5", f"demo_tech_{CREATORS}", "demo_tech_" + "9" * 5000, ""],
)
def test_other_handles_are_unknown(world: World, handle: str):
    with pytest.raises(LookupError, match="no account"):
        world.creator(handle)


def test_watch_models_differ_between_creators(world: World):
    levels = {round(world.creator_by_number(number).watch_model.level, 6) for number in range(100, 200)}
    assert len(levels) == 100
