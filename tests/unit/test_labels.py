"""Names that users give to watchlists and schedules."""

from __future__ import annotations

from pathlib import Path

import pytest

import dwell
from dwell.cli.main import main
from dwell.errors import SettingsError
from dwell.live.records import possible_total
from dwell.text.labels import check_label


@pytest.mark.parametrize("name", ["", "  ", "\t", "a\nb", "a\x1b[31m", "x" * 101])
def test_a_name_that_nobody_can_see_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="A watchlist needs a name"):
        check_label(name, "watchlist")


def test_other_names_stand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_label(" rivals ", "watchlist") == "rivals"
    assert check_label("Köche {1} %s", "schedule") == "Köche {1} %s"
    for words in (["watchlist", "add", "", "@a"], ["schedule", "add", " ", "@a"]):
        assert main([*words, "--data", str(tmp_path / "data")]) == 1
        assert "needs a name" in capsys.readouterr().err
    live = dwell.open(tmp_path / "data").live
    assert (len(live.watchlists()), len(live.schedules())) == (0, 0)
    live.close()


@pytest.mark.parametrize(("count", "total"), [(-7, None), (None, None), (0, 0), (12, 12)])
def test_a_count_below_0_is_unknown(count: int | None, total: int | None) -> None:
    assert possible_total(count) == total
