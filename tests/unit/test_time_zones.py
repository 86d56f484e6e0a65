"""Time zones are IANA names, the same on every machine: in Python, in the terminal and to assistants."""

from __future__ import annotations

import pytest

from dwell.cli.main import main
from dwell.errors import DwellError
from dwell.live.scheduler import parse_schedule
from dwell.mcp.arguments import read_arguments
from dwell.mcp.questions import Tiers
from dwell.metrics.zones import offsets
from dwell.models.tiers import tiers
from dwell.records.shape import Hints
from dwell.text.time_zones import find_zone
from dwell.workspace.period import parse_period

_NONE = ["localtime", "posixrules", "Factory", "posix/Europe/Berlin", "right/UTC", "Berlin", "", "../etc", "x" * 999]


@pytest.mark.parametrize("name", _NONE)
def test_what_is_no_zone_everywhere_is_refused(name: str) -> None:
    with pytest.raises(DwellError, match="isn't a time zone; write one as Europe/Berlin"):
        find_zone(name)


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "EST", "America/Argentina/Salta"])
def test_a_zone_is_found(name: str) -> None:
    assert find_zone(name).key == name


def test_every_way_to_name_a_zone_refuses_that_of_the_machine(capsys: pytest.CaptureFixture[str]) -> None:
    ways = [
        lambda: offsets("localtime"),
        lambda: tiers([], "localtime"),
        lambda: parse_period(since="2026-01-31", tz="localtime"),
        lambda: parse_schedule("day", "00:00", "localtime"),
        lambda: Hints(tz="localtime", as_of="2026-01-31").as_of_instant(),
        lambda: read_arguments(Tiers, {"creator": "x", "tz": "localtime"}, "tiers"),
    ]
    for way in ways:
        with pytest.raises(DwellError, match="time zone"):
            way()
    assert main(["tiers", "--creator", "x", "--tz", "localtime"]) == 2
    assert "isn't a time zone" in capsys.readouterr().err
