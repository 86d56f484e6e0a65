"""Scavio's endpoints about accounts: the profile, its posts, who follows whom, and what the key has left."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from itertools import islice

from dwell_sandbox.scavio.objects import aweme, example_video, follower, user
from dwell_sandbox.scavio.refusals import Parameters, bad, choice, count, cursor, gone, text
from dwell_sandbox.server.ids import account_of
from dwell_sandbox.server.reply import Listing, Payload, Reply, Scene
from dwell_sandbox.server.view import Account, Gone, People


def profile(scene: Scene, body: Parameters) -> Reply:
    """`/profile`: by `username` or by `sec_user_id`."""
    account = by_key(scene, body) if "sec_user_id" in body else by_name(scene, body)
    return Reply(200, {"user": user(account, scene.view.profile(account, scene.at))}, credits=1)


def user_posts(scene: Scene, body: Parameters) -> Reply:
    """`/user/posts`: pinned ones first, then the newest or the most viewed; `max_cursor` is text, `has_more` 1 or 0."""
    if scene.options.seed_compat and "sec_user_id" not in body:
        return example_posts(scene, body)
    account = by_key(scene, body)
    most, asked = count(body, 30, 20), cursor(body)
    popular = choice(body, "sort_type", "0", "1") == "1"
    try:
        rows, after, more = _popular(scene, account, asked, most) if popular else _latest(scene, account, asked, most)
    except Gone as why:
        raise gone("account", why) from None
    behind = next((mark for mark in reversed(after) if mark is not None), str(asked))
    box: Payload = {"aweme_list": rows, "max_cursor": behind, "has_more": int(more)}
    listing = Listing(box, "aweme_list", "max_cursor", "has_more", str(asked), after)
    return Reply(200, box, credits=1, listing=listing, posts=rows)


def example_posts(scene: Scene, body: Parameters) -> Reply:
    """`/user/videos` of the published examples: by `username` and `limit`, the newest first, at the top level."""
    account = by_name(scene, body)
    limit = body.get("limit", 50)
    if not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit <= 50:
        raise bad("limit must be a number from 1 to 50.")
    try:
        found = islice(scene.view.posts(account, scene.at), limit)
    except Gone as why:
        raise gone("account", why) from None
    world = scene.view.world
    rows = [example_video(account, world.post(each.post_id), world.counters(each.post_id, scene.at)) for each in found]
    return Reply(200, {"videos": rows}, credits=1, posts=rows)


def followers(scene: Scene, body: Parameters) -> Reply:
    """`/user/followers`: `page_token` and `min_time` of the page before go into the next one."""
    return _people(scene, body, "followers")


def followings(scene: Scene, body: Parameters) -> Reply:
    """`/user/followings`."""
    return _people(scene, body, "followings")


def by_name(scene: Scene, body: Parameters) -> Account:
    """The account of `username`.

    Raises:
        Refused: There is none to show.
    """
    try:
        return scene.view.by_handle(text(body, "username"), scene.at)
    except Gone as why:
        raise gone("account", why) from None


def by_key(scene: Scene, body: Parameters) -> Account:
    """The account of `sec_user_id`, whatever it is called by now.

    Raises:
        Refused: There is none to show.
    """
    try:
        return scene.view.by_id(account_of(text(body, "sec_user_id")) or "", scene.at)
    except Gone as why:
        raise gone("account", why) from None


Rows = tuple[list[Payload], list[str | None], bool]


def _latest(scene: Scene, account: Account, asked: int, most: int) -> Rows:
    entries = scene.view.posts(account, scene.at, asked or None)
    pinned = scene.view.pinned(account, scene.at)
    first = [] if asked else scene.view.top(account, scene.at)[:most]
    rest = (entry for entry in entries if entry.post_id not in pinned)
    found = list(islice(rest, most - len(first) + 1))
    shown = found[: most - len(first)]
    rows = [_row(scene, account, each.post_id, pinned=each.post_id in pinned) for each in (*first, *shown)]
    return rows, [*(None for _ in first), *(str(entry.mark) for entry in shown)], len(found) > len(shown)


def _popular(scene: Scene, account: Account, asked: int, most: int) -> Rows:
    pinned = scene.view.pinned(account, scene.at)
    counters = scene.view.world.counters
    posts = [entry.post_id for entry in scene.view.posts(account, scene.at)]
    ranked = sorted(posts, key=lambda post_id: (-counters(post_id, scene.at).views, post_id))
    shown = ranked[asked : asked + most]
    rows = [_row(scene, account, post_id, pinned=post_id in pinned) for post_id in shown]
    return rows, [str(asked + place) for place in range(1, len(shown) + 1)], asked + most < len(ranked)


def _row(scene: Scene, account: Account, post_id: str, *, pinned: bool) -> Payload:
    world = scene.view.world
    return aweme(world.seed, account, world.post(post_id), world.counters(post_id, scene.at), pinned=pinned)


def _people(scene: Scene, body: Parameters, key: People) -> Reply:
    account, most = by_key(scene, body), count(body, 20, 20)
    asked = body.get("page_token") or ""
    try:
        crowd = scene.view.people(account, key, scene.at, _place(asked), most)
    except Gone as why:
        raise gone("account", why) from None
    followers_of = scene.view.world.profile_followers
    rows = [follower(person, followers_of(person.who.handle, scene.at)) for _, person in crowd.rows]
    box: Payload = {
        key: rows,
        "has_more": crowd.below > 0,
        "next_page_token": _token(crowd.below),
        "min_time": account.who.joined + crowd.below,
    }
    after = [_token(place) for place, _ in crowd.rows]
    return Reply(200, box, credits=1, listing=Listing(box, key, "next_page_token", "has_more", asked, after))


def _token(place: int) -> str:
    return urlsafe_b64encode(f"below:{place}".encode()).decode()


def _place(token: object) -> int | None:
    if token == "":
        return None
    try:
        plain = urlsafe_b64decode(str(token).encode()).decode()
    except ValueError:
        plain = ""
    found = re.fullmatch(r"below:([0-9]{1,12})", plain)
    if not isinstance(token, str) or not found:
        raise bad("page_token is not one that this endpoint returned.")
    return int(found[1])
