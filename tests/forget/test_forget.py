"""An account or a writer of comments is erased from every place, and nothing of anybody else is changed."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert, select, update

from dwell.disk.lock import exclusive
from dwell.errors import NoDataError, StorageError
from dwell.live.replay import replay
from dwell.records import TABLES
from dwell.records.personal import ABOUT_NOBODY
from dwell.state import schema
from dwell.state.connection_schema import connections
from dwell.warehouse import Store, check, journal
from dwell.workspace.folder_check import check_folder
from dwell.workspace.state import open_state

from .conftest import (
    ALICE,
    BOB,
    CAPTIONS,
    IDS,
    append,
    commit,
    content_of_state,
    content_of_tables,
    find_traces,
    rows_of,
    workspace_of,
)


def counts(result: Any) -> dict[tuple[str, str], int]:
    return {(row["place"], row["table"]): row["rows"] for row in result}


def test_an_account_is_erased_and_nothing_else(new_folder, state_url) -> None:
    settings = new_folder(state_url)
    tables, state = content_of_tables(settings), content_of_state(settings)
    workspace = workspace_of(settings)
    metrics = workspace.posts(creator=BOB).rows
    assert find_traces(settings)
    plan = workspace.forget(f"@{ALICE}", dry_run=True)
    assert not plan.meta["done"]
    assert plan.meta["names"] == [ALICE]
    assert find_traces(settings)
    result = workspace.forget(f"@{ALICE}")
    assert result.meta["done"]
    assert counts(result) == counts(plan)
    assert find_traces(settings) == []
    assert content_of_tables(settings) == tables
    after = content_of_state(settings)
    for name in state:
        if name in {"sweeps", "sweep_targets", "ledger", "schedule_runs"}:
            assert Counter(state[name]) - Counter(after[name]) == Counter(), name
        else:
            assert after[name] == state[name], name
    assert len(after["responses"]) == 2
    assert len(after["ledger"]) == 4
    assert workspace.posts(creator=BOB).rows == metrics
    assert list(check.find_problems(settings.data, state_elsewhere=bool(state_url))) == []
    with pytest.raises(NoDataError, match=r"Nothing is stored about @alice.* It was erased on"):
        workspace.forget(f"@{ALICE}")


def test_the_plan_counts_every_table(new_folder) -> None:
    settings = new_folder()
    found = counts(workspace_of(settings).forget(ALICE, dry_run=True))
    expected = {name: 5 if name in {"posts", "post_snapshots"} else 3 for name in TABLES if name not in ABOUT_NOBODY}
    expected["creators"] = 1
    assert {table: rows for (place, table), rows in found.items() if place == "tables"} == expected
    assert {table: rows for (place, table), rows in found.items() if place == "state"} == {
        "responses": 2, "ledger": 1, "sweeps": 2, "sweep_targets": 2, "subjects": 1, "watchlists": 1, "schedules": 2,
        "stream_states": 1,
        "schedule_runs": 1,
        "tracked_videos": 1, "connections": 1,
    }  # fmt: skip
    files = {table: rows for (place, table), rows in found.items() if place == "files"}
    assert files == {"rejects": 2, "set-aside": 1, "replaced": 1, "damaged": 1}


def test_a_replay_brings_nothing_back(new_folder) -> None:
    settings = new_folder()
    workspace_of(settings).forget(ALICE)
    store = Store.open(settings)
    with closing(open_state(store)) as database:
        replay(store, database, every=True)
    assert find_traces(settings) == []


def test_costs_stay_without_their_subject(new_folder, state_url) -> None:
    settings = new_folder(state_url)
    with closing(open_state(Store.open(settings))) as database, database.reading() as connection:
        before = connection.execute(select(schema.ledger.c.cost_micros)).all()
    workspace_of(settings).forget(ALICE)
    with closing(open_state(Store.open(settings))) as database, database.reading() as connection:
        assert connection.execute(select(schema.ledger.c.cost_micros)).all() == before
        assert set(connection.scalars(select(schema.ledger.c.subject))) == {"erased", BOB, "food"}


def test_a_stopped_sweep_that_names_the_account_is_ended(new_folder) -> None:
    settings = new_folder()
    workspace_of(settings).forget(ALICE)
    with closing(open_state(Store.open(settings))) as database, database.reading() as connection:
        ended = dict(connection.execute(select(schema.sweeps.c.sweep_id, schema.sweeps.c.finished_at)).all())
        schedules = list(connection.scalars(select(schema.schedules.c.spec)))
    assert ended["s1"] is not None
    assert ended["s2"] is None
    assert schedules == [{"names": [f"@{BOB}"], "watchlist": None}, {"sync": {"accounts": [f"@{BOB}"]}}]


def test_the_receipt_proves_it_without_names(new_folder) -> None:
    settings = new_folder()
    result = workspace_of(settings).forget(ALICE)
    receipt = json.loads((settings.data / "receipts").joinpath(result.meta["receipt"].rpartition("/")[2]).read_text())
    assert {(row["place"], row["table"]) for row in receipt["rows"]} >= {("tables", "posts"), ("state", "responses")}
    assert receipt["not_reached"]
    assert find_traces(settings) == []
    append(Store.open(settings), "again", rows_of("posts", ALICE))
    plan = workspace_of(settings).forget(ALICE, dry_run=True)
    assert [each["path"] for each in plan.meta["earlier"]] == [result.meta["receipt"]]
    assert workspace_of(settings).forget(BOB, dry_run=True).meta["earlier"] == []


def test_other_names_of_the_account_go_too_but_not_one_that_passed_on(new_folder) -> None:
    settings = new_folder()
    store = Store.open(settings)
    (state,) = rows_of("creator_states", ALICE)[0]
    account = type(state)
    renamed = {"state": "renamed", "new_handle": ALICE, "observed_at": state.observed_at, "source": "vendor"}
    (creator,) = rows_of("creators", BOB)[0]
    taken = type(creator)(handle="passed.on", platform="tiktok", creator_id="12345678", observed_at=state.observed_at,
                          source="vendor")  # fmt: skip
    append(store, "renamed", [(account(handle="older.name", **renamed),), (account(handle="passed.on", **renamed),)])
    before = {"state": "ok", "observed_at": state.observed_at.replace(year=2025), "source": "vendor"}
    stranger = type(creator)(
        handle="stranger", platform="tiktok", creator_id="87654321", observed_at=state.observed_at, source="vendor"
    )
    # Somebody else had the name a year before, and has another one today.
    commit(store, "before", {"creator_states": [(account(handle=ALICE, creator_id="87654321", **before),)]})
    append(store, "taken", [(taken,), (stranger,)])
    plan = workspace_of(settings).forget(ALICE, dry_run=True)
    assert plan.meta["names"] == [ALICE, "older.name"]
    workspace_of(settings).forget(ALICE)
    assert find_traces(settings, (ALICE, "older.name")) == []
    assert store.query("SELECT handle FROM creators ORDER BY handle", ["creators"]).rows == [
        (BOB,),
        ("passed.on",),
        ("stranger",),
    ]


def test_only_one_platform(new_folder) -> None:
    settings = new_folder()
    store = Store.open(settings)
    (post,) = rows_of("posts", ALICE)[0]
    fields = {name: getattr(post, name) for name in post.__struct_fields__}
    other = type(post)(**{**fields, "post_id": "yt-abcdefghijk", "platform": "youtube", "creator_id": "UC1"})
    commit(store, "youtube", {"posts": [(other,)]})
    result = workspace_of(settings).forget(ALICE, platform="youtube")
    tables = {table: rows for (place, table), rows in counts(result).items() if place == "tables"}
    assert tables == {"posts": 1}
    assert store.rows()["post_snapshots"] == 10
    assert store.query("SELECT count(*) FROM posts WHERE handle = ?", ["posts"], [ALICE]).rows == [(5,)]


def test_a_writer_of_comments(new_folder) -> None:
    settings = new_folder()
    store = Store.open(settings)
    (comment,) = rows_of("comments", BOB)[0]
    fields = {name: getattr(comment, name) for name in comment.__struct_fields__}
    theirs = type(comment)(**{**fields, "comment_id": "c-77777", "handle": "carol.zz", "text": "carols words"})
    commit(store, "comment", {"comments": [(theirs,)]})
    store.seal()
    before = store.rows()
    result = workspace_of(settings).forget(person="carol.zz")
    assert counts(result) == {("tables", "comments"): 1, ("files", "replaced"): 1, ("files", "damaged"): 1}
    assert store.rows() == {**before, "comments": before["comments"] - 1}
    assert find_traces(settings, ("carol", "c-77777")) == []
    plan = workspace_of(settings).forget(person=ALICE, dry_run=True)
    assert {place for place, _ in counts(plan)} == {"tables", "state", "files", "models"}
    assert [each["cure"] for each in plan.meta["not_reached"] if each["place"] == f"@{ALICE}"] == [
        f"Run dwell forget @{ALICE}"
    ]


def test_mentions_by_others_stay_and_are_told(new_folder) -> None:
    settings = new_folder()
    store = Store.open(settings)
    (post,) = rows_of("posts", BOB, range(7, 8))[0]
    fields = {name: getattr(post, name) for name in post.__struct_fields__}
    append(store, "mention", [(type(post)(**{**fields, "caption": f"with @{ALICE}. and more"}),)])
    result = workspace_of(settings).forget(ALICE)
    told = {each["place"]: each["detail"] for each in result.meta["not_reached"]}
    assert told["posts.caption"].startswith("The name, or the same word, is in 1 row about others")
    left = find_traces(settings)
    assert left
    assert all(trace.endswith(f": {ALICE}") for trace in left)


def test_a_file_of_the_rollup_may_begin_with_the_name(new_folder) -> None:
    settings = new_folder()
    store = Store.open(settings)
    store.seal()
    with journal.connect(settings.data / journal.NAME, writing=True) as log, journal.transaction(log):
        log.execute("UPDATE rollup_files SET low = ? WHERE removed_at IS NULL", (ALICE,))
    tables = content_of_tables(settings)
    workspace_of(settings).forget(ALICE)
    assert find_traces(settings) == []
    assert content_of_tables(settings) == tables


def test_an_erased_file_can_be_imported_again(new_folder, tmp_path) -> None:
    """A new import is the user's decision."""
    settings = new_folder()
    file = tmp_path / f"of_{ALICE}.csv"
    file.write_text("id,views,caption\n7350810998023949599,5,hello\n")
    workspace = workspace_of(settings)
    workspace.import_files([file], as_of="2024-05-01", creator=f"@{ALICE}")
    workspace.forget(ALICE)
    assert find_traces(settings, (*TRACES_OF_FILE,)) == []
    assert "erased" in {batch.path for batch in workspace.store.batches()}
    workspace.import_files([file], as_of="2024-05-01", creator=f"@{ALICE}")
    assert workspace.store.query("SELECT count(*) FROM posts WHERE handle = ?", ["posts"], [ALICE]).rows == [(1,)]


TRACES_OF_FILE = (ALICE, "7350810998023949599")


def test_what_runs_must_be_stopped(new_folder, state_url) -> None:
    settings = new_folder(state_url)
    with closing(open_state(Store.open(settings))) as other:
        other.now()
        with other.reading(), pytest.raises(StorageError, match=r"in use: stop every `dwell serve`"):
            workspace_of(settings).forget(ALICE)
    with (
        exclusive(settings.data / "erasure.lock"),
        pytest.raises(StorageError, match=r"Another dwell forget is running"),
    ):
        workspace_of(settings).forget(ALICE)
    assert not (settings.data / "erasure.json").exists()
    assert find_traces(settings)


def test_a_stopped_erasure_is_announced_and_ended_first(new_folder, monkeypatch) -> None:
    settings = new_folder()
    with monkeypatch.context() as patch:
        patch.setattr(Store, "erase", lambda *_: (_ for _ in ()).throw(StorageError("No space left")))
        with pytest.raises(StorageError, match="No space left"):
            workspace_of(settings).forget(ALICE)
    assert (settings.data / "erasure.json").stat().st_mode & 0o777 == 0o600
    said, workspace = f"run dwell forget @{ALICE} again", workspace_of(settings)
    assert any(said in warning for warning in workspace.status().meta["warnings"])
    assert any(said in warning for warning in check_folder(settings).meta["warnings"])
    with pytest.raises(StorageError, match=rf"has not ended: run dwell forget @{ALICE} first"):
        workspace.forget(BOB)
    result = workspace.forget(ALICE)
    assert counts(result)["state", "responses"] == 2  # what the stopped one erased is in the receipt
    assert find_traces(settings) == []
    assert not any("erasure" in warning for warning in workspace.status().meta.get("warnings", ()))


def test_a_connection_is_ended_first(new_folder, monkeypatch) -> None:
    for name in ("APP_ID", "APP_SECRET", "URL"):
        monkeypatch.delenv(f"DWELL_TIKTOK_ORGANIC_{name}", raising=False)
    settings = new_folder()
    with closing(open_state(Store.open(settings))) as database, database.transaction() as connection:
        connection.execute(update(connections).values(disconnected_at=None))
    result = workspace_of(settings).forget(ALICE)
    (told,) = [each for each in result.meta["not_reached"] if each["place"] == "TikTok"]
    assert told["detail"].startswith("It was not told that the access ends")  # no app is set
    with closing(open_state(Store.open(settings))) as database, database.reading() as connection:
        left = connection.execute(select(connections.c.username, connections.c.disconnected_at)).all()
    assert left == [(BOB, None)]


def test_a_name_that_is_a_word(new_folder) -> None:
    """@food is not every hashtag, response and field of that name."""
    settings = new_folder()
    store = Store.open(settings)
    (post,) = rows_of("posts", BOB, range(1))[0]
    fields = {name: getattr(post, name) for name in post.__struct_fields__}
    other = {"post_id": "7333333333333333333", "handle": "food", "creator_id": None}
    commit(store, "food", {"posts": [(type(post)(**{**fields, **other}),)]})
    with closing(open_state(store)) as database, database.transaction() as connection:
        for kind in ("hashtag", "account"):
            row = {"watchlist": "rivals", "kind": kind, "name": "food", "added_at": post.observed_at}
            connection.execute(insert(schema.watchlists), row)
        spec = {"names": ["#food", "search:food", "@food"], "watchlist": None}
        when = {"every": "day", "at": "00:00", "tz": "UTC", "added_at": post.observed_at}
        connection.execute(insert(schema.schedules), {"schedule": "topics", "spec": spec, **when})
    result = workspace_of(settings).forget("@food")
    assert {key: rows for key, rows in counts(result).items() if key[0] in {"tables", "state"}} == {
        ("tables", "posts"): 1, ("state", "watchlists"): 1, ("state", "schedules"): 1, ("state", "ledger"): 2,
    }  # fmt: skip
    with closing(open_state(store)) as database, database.reading() as connection:
        specs = list(connection.scalars(select(schema.schedules.c.spec).where(schema.schedules.c.schedule == "topics")))
        kinds = list(connection.scalars(select(schema.watchlists.c.kind).where(schema.watchlists.c.name == "food")))
    assert specs == [{"names": ["#food", "search:food"], "watchlist": None}]
    assert kinds == ["hashtag"]


@pytest.mark.parametrize("name", ['"', "a", ".", "_-", "%", "x" * 41])
def test_what_is_no_name_is_refused(new_folder, name) -> None:
    """Such a sign stands in every rejects file and cached query."""
    settings = new_folder()
    (settings.data / "rejects").mkdir(exist_ok=True)
    (settings.data / "rejects" / "of-bob.csv").write_text('line,reason\n1,"not a number, "". _- % a"\n')
    with pytest.raises(NoDataError, match="is no name of an account, and no row has exactly this name"):
        workspace_of(settings).forget(name)
    assert (settings.data / "rejects" / "of-bob.csv").exists()


def test_one_that_is_stored_is_erased_with_its_own_files_alone(new_folder) -> None:
    settings = new_folder()
    store = Store.open(settings)
    (post,) = rows_of("posts", BOB, range(1))[0]
    fields = {name: getattr(post, name) for name in post.__struct_fields__}
    other = {"post_id": "7333333333333333333", "handle": "a", "creator_id": None}
    commit(store, "a", {"posts": [(type(post)(**{**fields, **other}),)]})
    (settings.data / "rejects").mkdir(exist_ok=True)
    (settings.data / "rejects" / "of-bob.csv").write_text("line,reason\n1,not a number\n")
    (settings.data / "rejects" / "of-one.csv").write_text("line,account,reason\n1,@a,not a number\n")
    assert counts(workspace_of(settings).forget("a"))["tables", "posts"] == 1
    left = {path.name for path in (settings.data / "rejects").iterdir()}
    assert "of-bob.csv" in left
    assert "of-one.csv" not in left


def test_captions_are_traces() -> None:
    """The search of these tests finds what it looks for."""
    assert CAPTIONS[ALICE] not in CAPTIONS[BOB]
    assert str(IDS[ALICE])[:17] not in str(IDS[BOB])


def test_the_writer_of_a_comment_is_not_the_account_that_was_read(new_folder) -> None:
    settings = new_folder()
    ((seen,), *_) = rows_of("owned_comments", ALICE, range(7, 8))
    append(Store.open(settings), "comment", [(msgspec.structs.replace(seen, username=BOB),)])
    found = counts(workspace_of(settings).forget(BOB, dry_run=True))
    assert found["tables", "posts"] == 5
    assert found["tables", "owned_comments"] == 4
    workspace_of(settings).forget(BOB)
    rows = Store.open(settings).query("SELECT DISTINCT open_id FROM owned_accounts", ["owned_accounts"]).rows
    assert rows == [("open-alice",)]
