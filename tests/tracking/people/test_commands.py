"""`dwell track`, `videos`, `stop`, `usage` and `keys`: on a folder, and on a server."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from dwell.tracking.keys import LOCAL_ACCOUNT

HOUR = timedelta(hours=1)


@pytest.fixture(params=["folder", "server"])
def where(request, api, key, monkeypatch):
    """The words that name the place, and what a command prints of it."""
    if request.param == "folder":
        return []
    monkeypatch.setenv("DWELL_SERVER_KEY", key)
    return ["--server", api]


def test_from_the_first_snapshot_to_the_curve(run, where, at_one_time, conforms, tmp_path):
    trial = at_one_time
    post = trial.posts()[0]
    done = run("track", trial.link(post), "--days", "1", "--metadata", "campaign=spring", *where)
    assert done.status == 0, done.err
    assert f"Tracked for 1 day: {trial.link(post)}" in done.out
    assert re.search(r"First snapshot: [\d,]+ views, 2026-06-10 12:00 UTC, from tikliveapi-sandbox.", done.out)
    assert ("The server reads" if where else "Run dwell serve (or dwell worker)") in done.out
    assert "a snapshot each hour, 24 in all" in done.out
    listed = run("videos", "--json", *where)
    conforms(listed.json, "videos")
    (video,) = listed.json["rows"]
    assert (video["status"], video["creator"], video["metadata"]) == (
        "monitoring",
        "demo_kitchen",
        {"campaign": "spring"},
    )
    assert f"dwell videos {video['id']}" in done.out

    trial.pass_time(trial.clock.at + 6 * HOUR)
    trial.clock.at += 4 * HOUR  # nobody polls
    trial.pass_time(trial.clock.at + 3 * HOUR)
    shown = run("videos", video["id"], "--json", *where)
    conforms(shown.json, "video")
    rows = shown.json["rows"]
    assert [row["slot"] for row in rows] == list(range(len(rows)))
    missed = [row["slot"] for row in rows if row["gap"]]
    assert len(missed) >= 3
    assert shown.json["gaps"] == {"missed": len(missed)}
    assert all((row["views"] is None) == (row["gap"] is not None) for row in rows)
    after = rows[missed[-1] + 1]
    assert after["views_per_hour"] is not None
    assert after["hours"] > 3
    text = run("videos", video["id"], *where).out
    assert "@demo_kitchen" in text
    assert f"{len(missed)} gaps ({len(missed)} missed)" in text
    assert "missed" in run("videos", video["id"], "--csv", *where).out
    assert run("videos", trial.link(post), *where).out == run("videos", post.post_id, *where).out == text
    assert "is not tracked" in run("videos", "7350810998023949599", *where).err
    for name in ("curve.png", "curve.svg", "curve.html"):
        assert run("videos", video["id"], "-o", tmp_path / name, *where).status == 0
        assert (tmp_path / name).stat().st_size > 10_000
    picture = (tmp_path / "curve.svg").read_text()
    assert "not polled" in picture
    assert "@demo_kitchen · observed on 10 Jun 2026" in picture or "@demo_kitchen · observed 10 Jun 2026" in picture
    assert "source: tikliveapi-sandbox" in picture

    stopped = run("stop", video["id"], "--json", *where)
    conforms(stopped.json, "stop")
    assert stopped.json["rows"][0]["new_status"] == "completed"
    assert "already completed" in run("stop", video["id"], *where).out
    assert "completed (stopped)" in run("videos", video["id"], *where).out
    assert "is erased" in run("stop", video["id"], "--erase", *where).out
    gone = run("videos", video["id"], *where)
    assert (gone.status, f"Video {video['id']} not found: see dwell videos" in gone.err) == (1, True)
    assert "Track one with: dwell track URL" in run("videos", *where).out


def test_lists_are_cut_filtered_and_whole(run, where, at_one_time):
    for number, post in enumerate(at_one_time.posts(number=3)):
        run("track", at_one_time.link(post), "--metadata", f"n={number}", *where)
    text = run("videos", "--limit", "2", *where).out
    assert "There are more than 2: --all lists all." in text
    assert not run("videos", "--limit", "2", "--json", *where).json["complete"]
    assert len(run("videos", "--all", "--json", *where).json["rows"]) == 3
    (one,) = run("videos", "--metadata", "n=1", "--json", *where).json["rows"]
    assert one["metadata"] == {"n": "1"}
    assert run("videos", "--status", "paused", "--json", *where).json["rows"] == []


def test_the_same_idempotency_key_tracks_once(run, where, at_one_time):
    link = at_one_time.link(at_one_time.posts()[0])
    first = run("track", link, "--idempotency-key", "mine", "--json", *where)
    again = run("track", link, "--idempotency-key", "mine", "--json", *where)
    assert first.json == again.json
    assert len(run("videos", "--json", *where).json["rows"]) == 1


def test_track_and_usage_as_json(run, where, at_one_time, conforms):
    done = run("track", at_one_time.link(at_one_time.posts()[0]), "--json", *where)
    conforms(done.json, "track")
    usage = run("usage", "--json", *where)
    conforms(usage.json, "usage")
    assert usage.json["rows"][0]["active_videos"] == 1
    text = run("usage", *where).out
    assert ("free" if where else "local") in text
    assert "off: snapshots cost nothing" in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["track", "https://www.tiktok.com/@user/video/123"], "123"),
        (["track", "7350810998023949599", "--metadata", "spring"], "isn't a note"),
        (["track", "7350810998023949599", "--days", "31"], "give 30 or less"),
        (["stop", "vid_none"], "not found"),
    ],
)
def test_what_is_refused_says_why(run, where, words, message):
    done = run(*words, *where)
    assert done.status in {1, 2}
    assert message in done.err


def test_a_server_needs_a_key_which_is_never_shown(run, api, monkeypatch):
    missing = run("usage", "--server", api)
    assert (missing.status, "DWELL_SERVER_KEY" in missing.err) == (1, True)
    wrong = run("usage", "--server", api, "--key", "dwell_wrong-key-0123456789")
    assert wrong.status == 1
    assert "0123456789" not in wrong.err + wrong.out
    assert "Invalid API key" in wrong.err


def test_stored_videos_are_read_without_a_key_of_a_provider(run, at_one_time, monkeypatch):
    run("track", at_one_time.link(at_one_time.posts()[0]))
    for name in ("TIKLIVEAPI", "SCAVIO"):
        monkeypatch.delenv(f"DWELL_{name}_KEY")
    (video,) = run("videos", "--json").json["rows"]
    assert run("videos", video["id"]).status == 0
    assert run("stop", video["id"]).status == 0
    refused = run("track", at_one_time.link(at_one_time.posts()[0]))
    assert "No provider key is set" in refused.err


class TestKeys:
    def test_a_key_is_shown_once(self, run, at_one_time, conforms):
        made = run("keys", "create", "--plan", "pro", "--name", "web app", "--expires", "90d", "--credit", "2.5")
        shown = made.out.split()[0]
        assert shown.startswith("dwell_")
        assert "the only time that the key is shown" in made.out
        caller = at_one_time.service.authenticate(shown)
        assert caller.plan.name == "pro"
        assert caller.scopes == {"read", "track"}
        listed = run("keys", "list", "--json")
        conforms(listed.json, "keys")
        assert shown not in listed.out + run("keys", "list").out + run("keys", "list", "--csv").out
        (row,) = [row for row in listed.json["rows"] if row["name"] == "web app"]
        assert row["expires_at"] == "2026-09-08T12:00:00Z"
        as_json = run("keys", "create", "--json", "--scope", "read", "--account", row["account_id"])
        conforms(as_json.json, "keys")
        assert as_json.json["rows"][0]["account_id"] == row["account_id"]
        assert at_one_time.service.authenticate(as_json.json["rows"][0]["key"]).scopes == {"read"}

    def test_a_revoked_key_is_refused(self, run, at_one_time):
        made = run("keys", "create", "--json").json["rows"][0]
        assert "is refused from now on" in run("keys", "revoke", made["id"]).out
        with pytest.raises(Exception, match="revoked"):
            at_one_time.service.authenticate(made["key"])
        assert "see dwell keys list" in run("keys", "revoke", "key_none").err

    def test_money(self, run):
        made = run("keys", "create", "--json", "--credit", "1.25").json["rows"][0]
        assert "has 4.00 now" in run("keys", "top-up", made["account_id"], "2.75").out
        assert run("keys", "top-up", made["account_id"], "0.1", "--json").json["rows"][0]["balance_usd"] == 4.1
        for amount in ("nan", "1e9", "0.0000001", "x", "inf"):
            done = run("keys", "top-up", made["account_id"], amount)
            assert (done.status, "isn't an amount" in done.err) == (2, True)
        assert "more than 0" in run("keys", "top-up", made["account_id"], "0").err
        assert "not found" in run("keys", "top-up", "acc_none", "1").err

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            (["--plan", "gold"], "gold"),
            (["--scope", "write"], "Unknown scope write"),
            (["--expires", "soon"], "isn't a date"),
            (["--expires", "2020-01-01"], "expire in the past"),
            (["--account", "acc_none"], "not found"),
        ],
    )
    def test_what_is_refused_says_why(self, run, words, message):
        done = run("keys", "create", *words)
        assert done.status in {1, 2}
        assert message in done.err

    def test_the_first_key_is_of_the_account_that_tracks_here(self, run, at_one_time, tmp_path, monkeypatch):
        monkeypatch.setenv("DWELL_DATA", str(tmp_path / "other"))
        run("track", at_one_time.link(at_one_time.posts()[0]), data=None)
        from dwell.tracking.folder import open_folder

        with open_folder() as folder:
            first = folder._service.keys.create_first()
            assert folder._service.keys.create_first() is None
            assert first.account_id == LOCAL_ACCOUNT
            caller = folder._service.authenticate(first.key)
            assert len(folder._service.list_videos(caller).videos) == 1

    def test_without_money_a_video_says_how_to_add_some(self, run, at_one_time, monkeypatch):
        monkeypatch.setenv("DWELL_BILLING", "on")
        link = at_one_time.link(at_one_time.posts()[0])
        done = run("track", link, "--days", "7")
        assert "dwell keys top-up acc_local 2.52" in done.err
        assert run("keys", "top-up", "acc_local", "2.52").status == 0
        assert "at most 2.52 US dollars" in run("track", link, "--days", "7").out
        assert "2.50" in run("usage").out


class TestServer:
    """Keys and webhooks of an account on a server, as on the folder itself."""

    @pytest.fixture
    def on_server(self, run, at_one_time, api, monkeypatch):
        made = at_one_time.service.create_key(plan="free", scopes=["read", "track", "admin"])
        monkeypatch.setenv("DWELL_SERVER_KEY", made.key)
        return lambda *words: run(*words, "--server", api, data=None)

    def test_keys(self, on_server, run, conforms):
        run("keys", "create")  # of another account
        made = on_server("keys", "create", "--name", "second", "--scope", "read", "--json")
        conforms(made.json, "keys")
        assert {row["name"] for row in on_server("keys", "list", "--json").json["rows"]} == {"", "second"}
        assert "is refused from now on" in on_server("keys", "revoke", made.json["rows"][0]["id"]).out
        refused = on_server("keys", "create", "--plan", "pro")
        assert (refused.status, "data folder alone" in refused.err) == (2, True)

    def test_webhooks(self, on_server, run, at_one_time):
        url = "https://93.184.215.14/hook"
        made = on_server("webhooks", "add", url, "--event", "snapshot.created", "--json").json["rows"][0]
        assert made["secret"].startswith("whsec_")
        for command in ("disable", "enable", "rotate"):
            assert made["id"] in on_server("webhooks", command, made["id"]).out
        assert f"dwell webhooks log {made['id']} --server" in on_server("webhooks", "test", made["id"]).out
        replayed = on_server("webhooks", "replay", made["id"], "--since", "2026-06-10T00:00Z")
        assert replayed.out == "0 events will be sent again.\n"
        assert "Nothing was sent yet" in on_server("webhooks", "log", made["id"]).out
        (listed,) = on_server("webhooks", "list", "--json").json["rows"]
        assert run("webhooks", "list", "--json").json["rows"] == [listed]
        assert on_server("webhooks", "delete", made["id"]).out == f"Deleted {made['id']}.\n"
        refused = on_server("webhooks", "add", url, "--event", "balance.low", "--account", "acc_1")
        assert (refused.status, "--account" in refused.err) == (2, True)

    def test_a_folder_beside_a_server_is_refused(self, on_server, run, api, tmp_path, monkeypatch):
        done = run("keys", "list", "--server", api, "--data", tmp_path, data=None)
        assert (done.status, "leave --server out" in done.err) == (2, True)
        monkeypatch.setenv("DWELL_SERVER", api)
        done = run("stop", "vid_x", "--erase", data=tmp_path)
        assert (done.status, "unset DWELL_SERVER" in done.err) == (2, True)

    def test_an_id_that_is_no_text_is_refused(self, on_server, run):
        for command in (["webhooks", "delete"], ["keys", "revoke"], ["stop"]):
            for asked in (run, on_server):
                done = asked(*command, "\udcff")
                assert (done.status, "isn't text in UTF-8" in done.err) == (2, True)

    def test_a_new_secret_stands_alone(self, on_server, run):
        made = on_server("webhooks", "add", "https://93.184.215.14/hook", "--event", "balance.low").out.splitlines()
        assert made[0].startswith("whsec_")
        assert "the only time that the secret is shown" in made[2]
        webhook = made[3].split()[0]
        assert run("webhooks", "rotate", webhook).out.startswith("whsec_")

    def test_a_link_can_be_stopped(self, on_server, at_one_time):
        link = at_one_time.link(at_one_time.posts()[0])
        on_server("track", link, "--days", "1")
        assert "is no longer tracked" in on_server("stop", link).out


@pytest.mark.parametrize(
    "wrong",
    [
        ["--csv", "--json"],
        ["--json", "--csv"],
        ["-o", "x.pdf"],
        ["-o", "x.png"],
        ["-o", "/nowhere/at/all/x.csv"],
        ["-o", "/"],
    ],
)  # fmt: skip
def test_nothing_is_done_before_the_output_is_known_to_work(run, at_one_time, wrong):
    link = at_one_time.link(at_one_time.posts()[0])
    for words in (["track", link], ["webhooks", "add", "https://93.184.215.14/hook", "--event", "balance.low"]):
        assert run(*words, *wrong).status in {1, 2}
    assert run("videos", "--json").json["rows"] == []
    assert run("webhooks", "list", "--json").json["rows"] == []
