"""Fits and scores of a data folder: what is stored, what is taken, and what is said."""

import csv
from datetime import UTC, datetime, timedelta

import pytest

import dwell
from dwell import clock
from dwell.errors import ModelError, NoDataError

START = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())


def _import(workspace, folder, rows, handle, *, measured=True, shift=0):
    path = folder / f"{handle}-{measured}-{shift}.csv"
    names = ("post_id", "duration_s", "views", "likes", "comments", "shares", "saves", "avg_watch_s")
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names if measured else names[:-1])
        for place, row in enumerate(rows):
            identifier = ((START + 86_400 * (place + shift)) << 32) + 7_777_777 + len(handle)
            writer.writerow([identifier, *(row[name] for name in names[1 : None if measured else -1])])
    done = workspace.import_files([path], as_of="2026-11-01", creator=f"@{handle}")
    assert not done.failures


@pytest.fixture
def workspace(tmp_path, made, monkeypatch):
    opened = dwell.open(tmp_path / "data", create=True)
    _import(opened, tmp_path, made.account(40, seed=1, handle="own"), "own")
    _import(opened, tmp_path, made.account(12, seed=2, handle="other"), "other", measured=False)
    instant = [datetime(2026, 12, 2, tzinfo=UTC)]
    monkeypatch.setattr(clock, "now", lambda: instant.append(instant[-1] + timedelta(hours=1)) or instant[-1])
    return opened


def test_an_older_model_is_not_used_after_an_abstention(workspace, tmp_path, made):
    usable = workspace.fit(creator="own").meta
    assert usable["verdict"] == "usable"
    scored = workspace.score(creator="other")
    assert scored.meta["model_id"] == usable["model_id"]
    assert "No model knows @other" in scored.meta["model_choice"]
    noise = made.shuffled(made.account(80, seed=3, handle="own"), 5)
    _import(workspace, tmp_path, noise, "own", shift=60)
    assert workspace.fit(creator="own").meta["verdict"] == "abstain"
    with pytest.raises(NoDataError, match=f"abstained.*--model {usable['model_id']}"):
        workspace.score(creator="other")
    named = workspace.score(creator="other", model=usable["model_id"])
    assert any("abstained" in note for note in named.meta["warnings"])
    findings = workspace.findings(creator="own")
    assert findings.meta["fit"]["verdict"] == "abstain"


def test_a_usable_fit_takes_back_the_abstention(workspace):
    with pytest.raises(NoDataError, match="No model is stored"):
        workspace.score(creator="other")
    assert workspace.fit(creator="own", target="watch_ratio", inputs="length").meta["inputs"] == "length"
    usable = workspace.fit(creator="own").meta
    assert not list((workspace.store.root / "models").glob("*counters*.abstained"))
    assert workspace.score(creator="other").meta["model_id"] == usable["model_id"]


def test_a_damaged_model_is_named_and_breaks_no_other(workspace):
    models = workspace.store.root / "models"
    older = workspace.fit(creator="own").meta["model_id"]
    newest = models / "watch_ratio-own-20271231-0123abcd.json"
    newest.write_text("[" * 100_000)
    scored = workspace.score(creator="other").meta
    assert scored["model_id"] == older
    said = f"{newest.name} is not a readable model file; fit the model again; it may be newer than {older}"
    assert any(note.startswith(said) for note in scored["warnings"])
    (models / f"{older}.json").write_bytes(b"\0" * 100)
    with pytest.raises(NoDataError, match=rf"No model is stored: .*{older}.json is not a readable model file"):
        workspace.score(creator="other")
    with pytest.raises(ModelError, match="is not a readable model file"):
        workspace.score(creator="other", model=older)


def test_an_account_named_twice_counts_once(workspace):
    assert workspace.fit(creator=["own", "@OWN"]).meta["n"] == 40
