"""Time goes on: posts come and go, accounts change, and pages stay in step."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from dwell_sandbox import World
from dwell_sandbox.server.ids import short_code
from dwell_sandbox.server.provider_view import NotVisibleError, ProviderView


@pytest.fixture
def view(world: World) -> ProviderView:
    return ProviderView(world, "US")


def _ids(view: ProviderView, handle: str, at: datetime) -> list[str]:
    return [entry.post_id for entry in view.posts(view.account_by_handle(handle, at), at)]


@pytest.mark.parametrize("handle", ["demo_kitchen", "demo_bigtable", "demo_beauty_5"])
def test_at_any_instant_in_any_order_the_posts_are_the_worlds(
    view: ProviderView, world: World, now: datetime, handle: str
):
    joined = datetime.fromtimestamp(world.creator(handle).joined, UTC)
    for days in (0, 40, -300, 1, 900, -1):
        at = now + timedelta(days=days)
        truth = [post.post_id for post in world.posts(handle, since=joined, at=at)]
        assert _ids(view, handle, at) == truth
        assert len(truth) > 20


def test_cursors_fall_from_post_to_post(view: ProviderView, now: datetime):
    account = view.account_by_handle("demo_bigtable", now)
    cursors = [entry.cursor_ms for entry in view.posts(account, now)]
    assert all(later > earlier for later, earlier in pairwise(cursors))
    older = [entry.cursor_ms for entry in view.posts(account, now, cursors[10])]
    assert older == cursors[11:]


def test_the_pinned_are_the_worlds_at_every_quarter_of_an_hour(view: ProviderView, world: World, now: datetime):
    for minutes in range(0, 60 * 24 * 14, 405):
        at = now + timedelta(minutes=minutes)
        account = view.account_by_handle("demo_kitchen", at)
        assert view.pinned(account, at) == world.pinned("demo_kitchen", at)
        assert {entry.post_id for entry in view.pinned_posts(account, at)} == view.pinned(account, at)


def test_an_account_does_not_exist_before_it_joined(view: ProviderView, world: World):
    joined = datetime.fromtimestamp(world.creator("demo_kitchen").joined, UTC)
    assert view.account_by_handle("demo_kitchen", joined).handle == "demo_kitchen"
    with pytest.raises(NotVisibleError, match="not_found"):
        view.account_by_handle("demo_kitchen", joined - timedelta(days=1))


def test_a_blocked_account_can_be_seen_from_elsewhere(world: World, now: datetime, handle_in):
    handle = handle_in("region_blocked")
    with pytest.raises(NotVisibleError, match="region_blocked"):
        _ids(ProviderView(world, "US"), handle, now)
    elsewhere = ProviderView(world, "XX")
    assert elsewhere.account_by_handle(handle, now).state == "ok"
    assert len(_ids(elsewhere, handle, now)) > 0


def test_a_follower_keeps_its_place_while_new_ones_come(view: ProviderView, now: datetime):
    account = view.account_by_handle("demo_pantry", now)
    first = view.follow_page(account, "followers", now, None, 50)
    later = view.follow_page(account, "followers", now + timedelta(days=30), first.next_below, 50)
    assert [place for place, _ in later.rows] == sorted((place for place, _ in later.rows), reverse=True)
    assert max(place for place, _ in later.rows) < first.next_below
    again = view.follow_page(account, "followers", now + timedelta(days=30), first.next_below + 50, 50)
    known = {place: creator.account_id for place, creator in first.rows}
    seen = {place: creator.account_id for place, creator in again.rows}
    assert len(known.keys() & seen.keys()) > 30
    assert all(known[place] == seen[place] for place in known.keys() & seen.keys())


def test_a_short_link_leads_to_its_post_or_to_the_front_page(ask, view: ProviderView, now: datetime):
    post_id = _ids(view, "demo_kitchen", now)[0]
    for path in (f"/{short_code(post_id)}", f"/t/{short_code(post_id)}"):
        response = ask.http.get(path, follow_redirects=False)
        assert response.status_code == 301
        assert f"/@demo_kitchen/video/{post_id}?_r=1" in response.headers["location"].replace("/photo/", "/video/")
        assert "x-dwell-simulated-at" in response.headers
    assert ask.http.get("/ZS12", follow_redirects=False).headers["location"] == "https://www.tiktok.com/"


def test_new_posts_appear_as_time_passes(make, seconds):
    ask = make(speed=86_400)
    user_id = ask.tiklive("userid", username="demo_kitchen")["id"]
    before = ask.tiklive("user-posts", userid=user_id, count=35)["videos"]
    seconds.gone += 14
    after = ask.tiklive("user-posts", userid=user_id, count=35)["videos"]
    newest = max(row["create_time"] for row in before)
    fresh = [row for row in after if row["create_time"] > newest]
    assert fresh
    assert max(row["create_time"] for row in fresh) <= ask.sandbox.clock.now().timestamp()
    ids = {row["video_id"]: row for row in before}
    assert any(row["play_count"] > ids[row["video_id"]]["play_count"] for row in after if row["video_id"] in ids)


def test_the_front_page_says_what_this_is_and_how_to_use_it(ask):
    page = ask.http.get("/")
    assert page.headers["x-dwell-simulated"] == "seed=12"
    for words in ("simulated", "DWELL_TIKLIVEAPI_URL=", "/tikliveapi", "DWELL_SCAVIO_KEY=sandbox-key", "@demo_kitchen"):
        assert words in page.text
    missing = ask.http.get("/nowhere/at/all")
    assert missing.status_code == 404
    assert "x-dwell-simulated-at" in missing.headers
