"""Models of several accounts: each has a level of its own, and the report says how good the model is within each."""

from types import SimpleNamespace

import pytest

from dwell.errors import ModelError
from dwell.models.artifact import list_models, load, save
from dwell.models.fitting import fit
from dwell.models.scoring import score

LEVELS = {"high": (70, 1.5, 0.3), "low": (50, -1.5, 0.3), "small": (14, 0.0, 0.3)}


@pytest.fixture(scope="module")
def pooled(made, make_once):
    rows = [
        row
        for seed, (name, (n, level, noise)) in enumerate(LEVELS.items())
        for row in made.account(n, seed=60 + seed, handle=name, level=level, noise=noise)
    ]
    report, model = make_once("pooled", lambda: fit(rows, "watch_ratio"))
    return SimpleNamespace(rows=rows, report=report, model=model)


def test_the_report_has_the_skill_within_each_account(pooled):
    lines = {line["handle"]: line for line in pooled.report["by_account"]}
    assert {name: line["n"] for name, line in lines.items()} == {name: n for name, (n, _, _) in LEVELS.items()}
    for line in lines.values():
        assert line["r2"] < pooled.report["out_of_fold"]["r2"]
        assert 0.75 <= line["coverage"] <= 1
    (note,) = (note for note in pooled.report["warnings"] if note.startswith("R² within each account"))
    assert f"@low {lines['low']['r2']:.2f}" in note


def test_each_account_has_its_own_level(pooled, made):
    """The same posts are predicted higher for the account whose level is higher."""
    stranger = made.unmeasured(made.account(20, seed=80, handle="x"))
    means = {}
    for name in ("high", "low"):
        found = score(pooled.model, [{**row, "handle": name} for row in stranger])
        assert found["level_shown"]
        means[name] = sum(row["watch_ratio_predicted"] for row in found["rows"]) / 20
    assert means["high"] > means["low"] + 0.3


def test_within_an_account_it_is_nearly_as_good_as_the_own_model(pooled):
    own, _ = fit([row for row in pooled.rows if row["handle"] == "low"], "watch_ratio")
    within = next(line for line in pooled.report["by_account"] if line["handle"] == "low")
    assert within["r2"] > own["out_of_fold"]["r2"] - 0.1


def test_a_stranger_has_none_of_the_columns(pooled, made):
    found = score(pooled.model, made.unmeasured(made.account(20, seed=81, handle="x")))
    assert found["level_shown"] is False
    assert len(found["rows"]) == 20
    assert not any("account:" in note for note in found["warnings"])


def test_it_is_stored_with_a_schema_that_an_older_dwell_refuses(pooled, tmp_path):
    save(pooled.model, tmp_path)
    again = load(tmp_path, pooled.model.model_id)
    assert '"schema": 3' in (tmp_path / f"{pooled.model.model_id}.json").read_text()
    assert score(again, pooled.rows[:0]) == score(pooled.model, pooled.rows[:0])
    (entry,) = list_models(tmp_path)
    assert entry["r2_by_account"].keys() == LEVELS.keys()
    assert again.calibration.of_account("high").errors.shape == (70,)
    assert again.calibration.of_account("small").errors.shape == (134,)  # too few for widths of its own


def test_two_platforms_are_refused(made):
    rows = [{**row, "platform": "tiktok"} for row in made.account(20)]
    rows += [{**row, "platform": "youtube"} for row in made.account(20, handle="other")]
    with pytest.raises(ModelError, match="several platforms"):
        fit(rows, "watch_ratio")
