"""After a restore: hours since are missed, no number is used twice, and every snapshot ends in the tables."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack, closing
from dataclasses import replace

import pytest
from sqlalchemy import func, insert, select, update

from dwell import clock
from dwell.live.load_responses import load_pending
from dwell.settings import Settings
from dwell.state import open_database
from dwell.state.tracking_schema import accounts, balance_entries, due_slots, tracked_snapshots, tracked_videos
from dwell.state.webhook_schema import webhook_deliveries, webhook_events, webhooks
from dwell.tracking.service import TrackingService
from dwell.warehouse import Store
from dwell.workspace.backups import back_up
from dwell.workspace.restores import restore_backup
from dwell.workspace.state import open_state

from .conftest import HOUR, NOON, Trial


@pytest.fixture
def settings(trial, state_url, monkeypatch) -> Settings:
    """The trial's folder, with tables."""
    monkeypatch.setattr(clock, "now", trial.clock.now)
    found = replace(trial.settings, database=state_url)
    Store(found)._create()
    open_state(Store.open(found)).close()
    return found


@pytest.fixture
def reopened(trial):
    """Opens the service of another folder, with the same time and provider."""
    with ExitStack() as stack:

        def reopen(settings: Settings) -> Trial:
            database = stack.enter_context(closing(open_database(settings.data, settings.database)))
            database.now = trial.clock.now
            service = stack.enter_context(closing(TrackingService(settings, database)))
            return replace(trial, database=database, service=service, settings=settings)

        yield reopen


def load(trial: Trial, settings: Settings) -> None:
    load_pending(Store.open(settings), trial.database)


def add_webhook(trial: Trial) -> None:
    row = {"webhook_id": "whk_1", "account_id": trial.caller.account_id, "url": "https://x.example/", "secret": "s"}
    row |= {"events": ["snapshot.created", "tracking.completed"], "created_at": trial.clock.at}
    with trial.database.transaction() as connection:
        connection.execute(insert(webhooks).values(**row))


def numbers(trial: Trial) -> list[tuple[str, int]]:
    """Every event's video and sequence number, as they are sent."""
    import json

    with trial.database.reading() as connection:
        bodies = [json.loads(body)["data"] for (body,) in connection.execute(select(webhook_events.c.body))]
    return [(body["video_id"], body["sequence"]) for body in bodies]


def snapshot_ids(trial: Trial) -> set[str]:
    with trial.database.reading() as connection:
        return set(connection.scalars(select(tracked_snapshots.c.snapshot_id)))


def in_tables(trial: Trial, settings: Settings) -> bool:
    """Every tracked snapshot is one of the tables."""
    query = "SELECT post_id, observed_at, views, likes FROM post_snapshots"
    stored = {tuple(row) for row in Store.open(settings).query(query, ["post_snapshots"]).rows}
    snapshot = tracked_snapshots.c
    columns = (tracked_videos.c.post_id, snapshot.snapshot_time, snapshot.views, snapshot.likes)
    joined = select(*columns).join(tracked_videos, tracked_videos.c.video_id == snapshot.video_id)
    with trial.database.reading() as connection:
        tracked = {tuple(row) for row in connection.execute(joined)}
    assert len(tracked) > 3
    return tracked <= stored


def test_hours_since_the_backup_are_missed_and_numbers_go_on(trial, settings, reopened, tmp_path, request, state_url):
    add_webhook(trial)
    posts = trial.posts(number=2)
    ids = [trial.service.track(trial.caller, trial.link(post), 1).id for post in posts]
    trial.pass_time(NOON + 3 * HOUR)
    load(trial, settings)
    with trial.database.transaction() as connection:  # a worker holds a slot, a sender a delivery
        held = {"token": "gone", "run_at": trial.clock.at + HOUR / 30}
        connection.execute(update(due_slots).where(due_slots.c.video_id == ids[0]).values(**held))
        connection.execute(update(webhook_deliveries).values(token="gone"))
    back_up(settings, tmp_path / "backup.tar")
    before = {video_id: trial.get(video_id) for video_id in ids}
    with trial.database.reading() as connection:
        waiting = connection.scalar(select(func.count()).select_from(webhook_deliveries))
    versions = {video_id: trial.service.get_version(trial.caller, video_id) for video_id in ids}
    trial.clock.at += HOUR / 20
    trial.pass_time(NOON + 6 * HOUR)  # and then the disk is lost
    lost_numbers, lost_ids = numbers(trial), snapshot_ids(trial)

    trial.clock.at += HOUR
    server = request.getfixturevalue("postgresql") if state_url else None
    other = replace(settings, data=tmp_path / "other", database=server.new_database() if server else None)
    restore_backup(other, tmp_path / "backup.tar")
    again = reopened(other)
    for video_id in ids:
        assert again.get(video_id).snapshots == before[video_id].snapshots
        assert again.service.get_version(again.caller, video_id) > versions[video_id] + 999_999
    with again.database.reading() as connection:
        pending = select(func.count()).where(webhook_deliveries.c.run_at.is_not(None))
        assert connection.scalar(pending) == waiting > 0
    old_numbers, old_ids = numbers(again), snapshot_ids(again)
    again.pass_time(NOON + 26 * HOUR)
    for video_id in ids:
        video = again.get(video_id)
        assert video.status == "completed"
        slots = [one.slot for one in (*video.snapshots, *video.gaps)]
        assert sorted(slots) == list(range(24))
        assert {gap.reason for gap in video.gaps} == {"missed"}
        assert 3 <= len(video.gaps) <= 5
    new_numbers = list((Counter(numbers(again)) - Counter(old_numbers)).elements())
    assert len(new_numbers) == len(set(new_numbers)) >= 2 * 17
    assert not set(new_numbers) & set(lost_numbers)
    assert not (snapshot_ids(again) - old_ids) & lost_ids
    with again.database.reading() as connection:
        balance = connection.scalar(select(accounts.c.balance_micros))
        assert balance == connection.scalar(select(func.sum(balance_entries.c.amount_micros)))
    load(again, other)
    assert in_tables(again, other)


@pytest.mark.parametrize("older", ["tables", "state"])
def test_one_part_of_an_older_backup_than_the_other(trial, settings, reopened, tmp_path, older, request, state_url):
    (post,) = trial.posts()
    video_id = trial.service.track(trial.caller, trial.link(post), 1).id
    trial.pass_time(NOON + 3 * HOUR)
    load(trial, settings)
    back_up(settings, tmp_path / "first.tar")
    trial.pass_time(NOON + 5 * HOUR)
    load(trial, settings)
    Store.open(settings).seal()
    trial.pass_time(NOON + 8 * HOUR)
    load(trial, settings)
    back_up(settings, tmp_path / "second.tar")

    server = request.getfixturevalue("postgresql") if state_url else None
    other = replace(settings, data=tmp_path / "other", database=server.new_database() if server else None)
    restore_backup(other, tmp_path / "second.tar")
    result = restore_backup(other, tmp_path / "first.tar", only=older, replace=True)
    assert (result.meta["responses_to_load"] > 0) is (older == "tables")
    again = reopened(other)
    load(again, other)
    assert in_tables(again, other)
    again.pass_time(NOON + 12 * HOUR)
    load(again, other)
    assert in_tables(again, other)
    video = again.get(video_id)
    assert len(video.snapshots) + len(video.gaps) >= 12
    assert bool(video.gaps) is (older == "state")
