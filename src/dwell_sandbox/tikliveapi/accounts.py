"""TikLiveAPI's endpoints about accounts: who it is, what it posted, who follows whom."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from dwell_sandbox.server.reply import Listing, Payload, Reply, Scene
from dwell_sandbox.server.view import Account, Gone, People
from dwell_sandbox.tikliveapi.objects import follower, user_info, video
from dwell_sandbox.tikliveapi.refusals import clamped, gone, number, text

Parameters = Mapping[str, Any]


def user_id(scene: Scene, parameters: Parameters) -> Reply:
    """`/userid/`: handle to numeric id."""
    return Reply(200, {"id": _by_name(scene, parameters).account_id}, credits=1)


def info_by_name(scene: Scene, parameters: Parameters) -> Reply:
    """`/userinfo-by-username/`."""
    return _info(scene, _by_name(scene, parameters))


def info_by_id(scene: Scene, parameters: Parameters) -> Reply:
    """`/userinfo-by-id/`: finds a renamed account under its new handle."""
    return _info(scene, _by_id(scene, parameters))


def user_posts(scene: Scene, parameters: Parameters) -> Reply:
    """`/user-posts/`: pinned ones first, then newest first; the cursor is a text of milliseconds, "older than"."""
    account = _by_id(scene, parameters)
    count, cursor = clamped(parameters, 10, 35), number(parameters, "cursor", 0)
    try:
        entries = scene.view.posts(account, scene.at, cursor or None)
        pinned = scene.view.pinned(account, scene.at)
    except Gone as why:
        raise gone(scene, "account", why) from None
    rest = (entry for entry in entries if entry.post_id not in pinned)
    first = [] if cursor else scene.view.top(account, scene.at)[:count]
    found = list(islice(rest, count - len(first) + 1))
    shown = found[: count - len(first)]
    rows = [_row(scene, account, each.post_id, pinned=each.post_id in pinned) for each in (*first, *shown)]
    after = [*(None for _ in first), *(str(entry.mark) for entry in shown)]
    return _page(rows, str(cursor), after, more=len(found) > len(shown))


def followers(scene: Scene, parameters: Parameters) -> Reply:
    """`/user-followers/`: paged by `time` in seconds."""
    return _people(scene, parameters, "followers")


def following(scene: Scene, parameters: Parameters) -> Reply:
    """`/user-following/`: as followers, under the key `followings`."""
    return _people(scene, parameters, "followings")


def _page(rows: list[Payload], asked: str, after: list[str | None], *, more: bool) -> Reply:
    """A page of videos; its cursor stays as asked where the page is empty."""
    behind = next((mark for mark in reversed(after) if mark is not None), asked)
    box: Payload = {"videos": rows, "cursor": behind, "hasMore": more}
    return Reply(200, box, credits=1, listing=Listing(box, "videos", "cursor", "hasMore", asked, after), posts=rows)


def _people(scene: Scene, parameters: Parameters, key: People) -> Reply:
    account = _by_id(scene, parameters)
    count, asked = clamped(parameters, 50, 200), number(parameters, "time", 0)
    # It is as if one had come each second since the account began: so a time says where to go on.
    joined = account.who.joined
    try:
        crowd = scene.view.people(account, key, scene.at, max(0, asked - joined) if asked else None, count)
    except Gone as why:
        raise gone(scene, "account", why) from None
    followers_of = scene.view.world.profile_followers
    rows = [follower(person, followers_of(person.who.handle, scene.at)) for _, person in crowd.rows]
    box: Payload = {key: rows, "total": crowd.total, "time": joined + crowd.below, "hasMore": crowd.below > 0}
    after = [joined + place for place, _ in crowd.rows]
    return Reply(200, box, credits=1, listing=Listing(box, key, "time", "hasMore", asked, after))


def _row(scene: Scene, account: Account, post_id: str, *, pinned: bool) -> Payload:
    world = scene.view.world
    return video(account, world.post(post_id), world.counters(post_id, scene.at), scene.options, pinned=pinned)


def _info(scene: Scene, account: Account) -> Reply:
    return Reply(200, user_info(account, scene.view.profile(account, scene.at)), credits=1)


def _by_name(scene: Scene, parameters: Parameters) -> Account:
    try:
        return scene.view.by_handle(text(parameters, "username"), scene.at)
    except Gone as why:
        raise gone(scene, "account", why) from None


def _by_id(scene: Scene, parameters: Parameters) -> Account:
    try:
        return scene.view.by_id(text(parameters, "userid"), scene.at)
    except Gone as why:
        raise gone(scene, "account", why) from None
