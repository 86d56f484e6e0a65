"""Fits and scores of a data folder: what is stored, what is taken, and what is said."""

import csv
import shutil
from datetime import UTC, datetime, timedelta

import pytest

import dwell
from dwell import clock
from dwell.cli.main import main
from dwell.errors import ModelError, NoDataError
from dwell.records import TopicPost
from dwell.state import open_database
from dwell.warehouse import Batch

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


@pytest.fixture(scope="module")
def imported(tmp_path_factory, made):
    """A data folder with two accounts; it is only copied."""
    folder = tmp_path_factory.mktemp("imported")
    opened = dwell.open(folder / "data", create=True)
    _import(opened, folder, made.account(40, seed=1, handle="own"), "own")
    _import(opened, folder, made.account(12, seed=2, handle="other"), "other", measured=False)
    return folder


@pytest.fixture
def workspace(imported, tmp_path, monkeypatch):
    shutil.copytree(imported, tmp_path, dirs_exist_ok=True)
    opened = dwell.open(tmp_path / "data")
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
    _import(workspace, tmp_path, made.account(3, seed=9, handle="own"), "own", shift=90)
    later = workspace.findings(creator="own")
    assert later.meta["fit"] is None
    assert "abstained, and data came since" in model_rows(later)[0][2]


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


def model_rows(found):
    return [(row["verdict"], row["n"], row["reason"]) for row in found if row["finding"] == "model"]


def test_findings_fit_nothing_unless_asked_and_store_nothing(workspace):
    found = workspace.findings(creator="own")
    assert (found.meta["fit"], found.meta["fit_stored"], found.meta["fitted_at"]) == (None, None, None)
    ((verdict, n, reason),) = model_rows(found)
    assert (verdict, n) == ("unknown", None)
    assert "No model of this account is stored: dwell fit --creator @own" in reason
    fitted = workspace.findings(creator="own", fit=True).meta
    assert (fitted["fit"]["verdict"], fitted["fit"]["model_id"], fitted["fit_stored"]) == ("usable", None, False)
    assert not (workspace.store.root / "models").exists()
    with pytest.raises(NoDataError, match="No model is stored"):
        workspace.score(creator="other")
    usable = workspace.fit(creator="own")
    found = workspace.findings(creator="own").meta
    assert (found["fit"]["model_id"], found["fit_stored"]) == (usable.meta["model_id"], True)
    assert found["fitted_at"] == usable.meta["trained_at"]


@pytest.fixture
def two_models(workspace, tmp_path, made):
    """The ids of an older and a newer model."""
    older = workspace.fit(creator="own").meta["model_id"]
    _import(workspace, tmp_path, made.account(40, seed=4, handle="own"), "own", shift=60)
    return older, workspace.fit(creator="own").meta["model_id"]


def test_models_are_listed_chosen_and_deleted(workspace, two_models, tmp_path):
    older, newer = two_models
    assert [(row["model_id"], row["handles"], row["default"]) for row in workspace.models.list_all()] == [
        (newer, ["own"], False),
        (older, ["own"], False),
    ]
    assert workspace.models.show(older).meta["model_id"] == older
    with pytest.raises(ModelError, match="dwell models list shows them"):
        workspace.models.delete("nothing")
    assert workspace.models.set_default(older) == older
    scored = workspace.score(creator="other").meta
    assert (scored["model_id"], scored["model_choice"]) == (older, "It is the default: dwell models default.")
    assert workspace.score(creator="other", model=newer).meta["model_id"] == newer
    (workspace.store.root / "models" / f"{older}.json").rename(tmp_path / "moved.json")
    scored = workspace.score(creator="other").meta
    assert scored["model_id"] == newer
    assert any(f"The default model, {older}, cannot be read" in note for note in scored["warnings"])
    assert any(older in note for note in workspace.models.list_all().meta["warnings"])
    workspace.models.set_default(newer)
    assert workspace.models.delete(newer) == newer
    assert workspace.models.default is None


def test_an_erasure_reaches_the_choice_of_a_model(workspace):
    workspace.models.set_default(workspace.fit(creator="own").meta["model_id"])
    workspace.forget("@own")
    assert list((workspace.store.root / "models").iterdir()) == []


def test_an_undo_names_the_models_that_may_have_learnt_from_it(workspace):
    name = workspace.imports().rows[-1][0]
    model = workspace.fit(creator="own").meta["model_id"]
    assert model in workspace.undo(name).meta["warnings"][0]


def test_a_pipeline_stops_where_the_data_cannot_tell(workspace, tmp_path, made, capsys):
    _import(workspace, tmp_path, made.account(3, seed=3, handle="few"), "few", shift=200)
    topic = TopicPost(
        topic_kind="hashtag", topic="x", post_id=str(((START + 86_400) << 32) + 7), observed_at=clock.now(), rank=1,
        source="made-up",
    )  # fmt: skip
    with workspace.store.appending() as appender:
        appender.append(Batch("a" * 32, "sweep-1", "answers", "a", clock.now(), {}), [(topic,)])
    open_database(workspace.store.root).close()
    workspace.fit(creator="own")
    for words, said in (
        (["fit", "--creator", "@few"], "No model: the fit abstained: "),
        (["audit", "--creator", "@few"], "The audit cannot tell: 3 posts have"),
        (["score", "--creator", "@other"], "Ranks only, no level of watch time: "),
        (["vet", "@few", "--stored"], "@few cannot be judged: "),
        (["trends", "--hashtag", "x", "--stored"], "The stage is not known: "),
    ):
        assert main([*words, "--data", str(tmp_path / "data")]) == 0
        answer = capsys.readouterr().out
        assert main([*words, "--fail-on", "abstain", "--data", str(tmp_path / "data")]) == 1
        printed = capsys.readouterr()
        assert printed.out == answer
        assert printed.err.splitlines()[-1].startswith(f"dwell: {said}")
