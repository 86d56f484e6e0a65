"""Both clients against the API itself."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

import dwell
from dwell import errors


def test_every_call(at_one_time: Any, api: str, key: str) -> None:
    trial = at_one_time
    links = [trial.link(post) for post in trial.posts(number=14)]
    with dwell.Client(api, key) as client:
        assert client.key().plan.name == "free"
        first = client.track(links[0], 2, metadata={"campaign": "a:b", "n": 1})
        assert [one.slot for one in client.snapshots(first.id, since=trial.clock.at)] == [0]
        assert client.snapshots(first.id, until=trial.clock.at) == []
        assert [one.id for one in client.videos(metadata={"campaign": "a:b", "n": "1"})] == [first.id]
        items = client.track_many([*links[1:13], "bad", {"video_link": links[13], "duration_days": 99}])
        assert [item.status for item in items] == [201] * 9 + [403] * 3 + [400] * 2
        listed = list(client.videos(page_size=3))
        assert len(listed) == len({video.id for video in listed}) == 10
        assert client.usage().active_videos == 10
        assert client.stop(first.id).new_status == "completed"
        assert [video.id for video in client.videos(status="completed")] == [first.id]
        client.erase(first.id)
        with pytest.raises(errors.VideoNotFoundError):
            client.get_video(first.id)
        trial.pass_time(trial.clock.at + timedelta(hours=2))
        other = next(video.id for video in listed if video.id != first.id)
        assert len(client.get_video(other).snapshots) >= 2


def test_webhooks_and_keys(at_one_time: Any, api: str) -> None:
    made = at_one_time.service.create_key(plan="free", scopes=["read", "track", "admin"])
    with dwell.Client(api, made.key) as client:
        hook = client.webhooks.create("https://93.184.215.14/hook", ["snapshot.created"])
        assert (hook.account_id, hook.status) == (made.account_id, "active")
        assert hook.secret is not None
        assert [one.id for one in client.webhooks.list()] == [hook.id]
        assert client.webhooks.disable(hook.id).status == "disabled"
        with pytest.raises(errors.ConflictError):
            client.webhooks.send_test(hook.id)
        assert client.webhooks.enable(hook.id) == client.webhooks.get(hook.id)
        assert client.webhooks.rotate(hook.id, secret=hook.secret).secret is None
        assert client.webhooks.send_test(hook.id).event_id
        assert client.webhooks.replay(hook.id, at_one_time.clock.at - timedelta(hours=1)).deliveries == 0
        assert client.webhooks.list_attempts(hook.id, limit=5) == []
        assert client.set_low_balance(1.5).low_balance_usd == 1.5
        second = client.create_key("second", scopes=["read"])
        assert {one.id for one in client.list_keys()} == {made.id, second.id}
        assert client.revoke_key(second.id).revoked_at is not None
        client.webhooks.delete(hook.id)
        with pytest.raises(errors.WebhookNotFoundError):
            client.webhooks.delete(hook.id)
        with pytest.raises(errors.InvalidRequestError):
            client.webhooks.create("https://127.0.0.1/hook", ["snapshot.created"])


def test_webhooks_and_keys_for_asyncio(at_one_time: Any, api: str) -> None:
    made = at_one_time.service.create_key(plan="free", scopes=["read", "admin", "track"])
    url, events = "https://93.184.215.14/hook", ["balance.low", "snapshot.created"]

    async def run() -> None:
        async with dwell.AsyncClient(api, made.key) as client:
            hook = await client.webhooks.create(url, events)
            assert [one.id for one in await client.webhooks.list()] == [hook.id]
            await client.webhooks.disable(hook.id)
            assert (await client.webhooks.get(hook.id)).status == "disabled"
            await client.webhooks.enable(hook.id)
            assert (await client.webhooks.rotate(hook.id)).secret != hook.secret
            await client.webhooks.send_test(hook.id)
            assert await client.webhooks.list_attempts(hook.id) == []
            since = at_one_time.clock.at - timedelta(hours=1)
            assert (await client.webhooks.replay(hook.id, since)).deliveries == 0
            await client.webhooks.delete(hook.id)
            assert (await client.set_low_balance(None)).low_balance_usd is None
            second = await client.create_key()
            assert (await client.revoke_key(second.id)).id in {one.id for one in await client.list_keys()}

    asyncio.run(run())


def test_errors_are_those_of_the_service(at_one_time: Any, api: str, key: str) -> None:
    trial = at_one_time
    links = [trial.link(post) for post in trial.posts(number=12)]
    with dwell.Client(api, key) as client:
        client.track_many(links[:10])
        with pytest.raises(errors.VideoLimitError) as limit:
            client.track(links[10])
        assert (limit.value.limit, limit.value.active) == (10, 10)
        with pytest.raises(errors.InvalidRequestError) as bad_link:
            client.track("https://www.tiktok.com/@user/video/123")
        assert bad_link.value.reason == "bad_id"
        with pytest.raises(errors.InvalidRequestError) as bad_days:
            client.track(links[0], 31)
        assert bad_days.value.details[0][0] == "duration_days"
        client.stop(next(client.videos()).id)
        client.track(links[10], 2, idempotency_key="mine")
        with pytest.raises(errors.IdempotencyError):
            client.track(links[10], 3, idempotency_key="mine")
    readonly = trial.service.create_key(plan="free", scopes=["read"]).key
    for wrong, kind in ((readonly, errors.PermissionDeniedError), ("dwell_wrong", errors.AuthenticationError)):
        with dwell.Client(api, wrong) as client, pytest.raises(kind):
            client.track(links[0])
    with (
        dwell.Client(f"{api}/elsewhere", key) as client,
        pytest.raises(errors.SettingsError, match="check the address"),
    ):
        client.usage()


def test_async_calls_at_once(at_one_time: Any, api: str, key: str) -> None:
    link = at_one_time.link(at_one_time.posts()[0])

    async def run() -> tuple[int, int]:
        async with dwell.AsyncClient(api, key) as client:
            await client.track(link, 1)
            usages = await asyncio.gather(*(client.usage() for _ in range(30)))
            return usages[-1].active_videos, len([video async for video in client.videos()])

    assert asyncio.run(run()) == (1, 1)
