"""`/business/video/list/`: the videos of an account with their lifetime metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from types import MappingProxyType
from typing import Any

from dwell_sandbox.business_api.app_credentials import CLIENT_ID
from dwell_sandbox.business_api.breakdowns import list_cities, list_seconds, list_shares, list_viewer_genders
from dwell_sandbox.business_api.call import Call
from dwell_sandbox.business_api.errors import PARTIAL, invalid
from dwell_sandbox.business_api.fields import POST_FIELDS, VIDEO_FIELDS, check_analytics, check_scopes, is_offered
from dwell_sandbox.business_api.images import thumbnail
from dwell_sandbox.business_api.latency import QUIET, end_of_day, last_measured_day, measured_until
from dwell_sandbox.business_api.parameters import read_filters, read_names, read_number
from dwell_sandbox.owner.video_metrics import VideoMetrics
from dwell_sandbox.posts import Post
from dwell_sandbox.seeded_random import SeededRandom
from dwell_sandbox.server.post_index import IndexedPost
from dwell_sandbox.server.response import Paging, Payload, Response

MAX_COUNT = 20
MIN_CURVE_VIEWS = 20
"""With fewer views, curves by second are empty."""

_DEFAULT_COUNT = 10
_SHORT_PAGE_CHANCE, _MAX_LEFT_OUT = 0.12, 4
_LAST_MS = 4_102_444_800_000
_UTM = f"utm_campaign=tt4d_open_api&utm_source={CLIENT_ID}"


def list_videos(call: Call) -> Response:
    """`/business/video/list/`: newest first, or the videos of a filter. What is not offered or withheld is left out."""
    names = read_names(call.query, "fields", VIDEO_FIELDS, ("item_id",))
    if "item_id" not in names:
        raise invalid("fields: item_id is required.")
    count = read_number(call.query, "max_count", _DEFAULT_COUNT, 1, MAX_COUNT)
    cursor = read_number(call.query, "cursor", 0, 0, _LAST_MS)
    ids, only_ads = read_filters(call.query, MAX_COUNT)
    check_scopes(names, VIDEO_FIELDS, call.grant.scopes)
    handle = call.account.creator.handle
    check_analytics(names, VIDEO_FIELDS, on=call.owner.has_analytics(handle))
    kind = call.owner.account_type(handle)
    shown = [name for name in names if is_offered(VIDEO_FIELDS[name], kind)]
    if ids is not None:
        return _chosen(call, shown, ids, count, only_ads=only_ads)
    return _page(call, shown, cursor, count)


def _chosen(call: Call, names: list[str], ids: tuple[str, ...], count: int, *, only_ads: bool) -> Response:
    """The videos of a filter that the account has, newest first; the cursor is always 0."""
    own = [post for post in _posts(call, None) if post.post_id in ids]
    posts = [call.context.view.world.post(each.post_id) for each in own]
    chosen = [post for post in posts if post.is_ad or not only_ads]
    rows = [_row(call, post, names) for post in chosen[:count]]
    page: Payload = {"videos": rows, "cursor": 0, "has_more": len(chosen) > count}
    return Response(200, page, make_partial=_drop_insights if rows else None)


def _page(call: Call, names: list[str], cursor: int, count: int) -> Response:
    """Videos posted before the cursor. Some pages are shorter than asked for, although there are more videos."""
    rng = SeededRandom(call.seed, "short page", call.number, cursor)
    size = count
    if rng.chance("short", _SHORT_PAGE_CHANCE):
        size = max(1, count - rng.integer("left out", 1, _MAX_LEFT_OUT))
    listed = list(islice(_posts(call, cursor or None), size + 1))
    posts = listed[:size]
    rows = [_row(call, call.context.view.world.post(each.post_id), names) for each in posts]
    cursors = [each.cursor_ms for each in posts]
    after = cursors[-1] if cursors else cursor
    page: Payload = {"videos": rows, "cursor": after, "has_more": len(listed) > size}
    paging = Paging(page, "videos", "cursor", "has_more", cursor, cursors)
    return Response(200, page, paging=paging, make_partial=_drop_insights if rows else None)


def _posts(call: Call, before_ms: int | None) -> Iterator[IndexedPost]:
    """The account's own posts, newest first; a private account still has them."""
    return call.context.view.posts(replace(call.account, state="ok"), call.context.at, before_ms)


def _row(call: Call, post: Post, names: list[str]) -> Payload:
    row: Payload = {name: _POST_VALUES[name](call, post) for name in names if name in POST_FIELDS}
    until = measured_until(call.seed, call.number, call.context.at, post.posted_at)
    if until <= post.posted_at:  # nothing is measured yet
        return row
    newest = end_of_day(last_measured_day(call.seed, call.number, call.context.at))
    active = call.owner.has_views_within(post.post_id, newest, QUIET)
    metrics = call.owner.video(post.post_id, until)
    for name in names:
        if name in POST_FIELDS or (VIDEO_FIELDS[name].while_active and not active):
            continue
        value = _metric(call, post, metrics, name)
        if value is not None:
            row[name] = value
    return row


def _metric(call: Call, post: Post, metrics: VideoMetrics, name: str) -> Any:
    """The value of a metric; None if the video has none."""
    if name == "video_duration":
        return None if post.duration_s is None else float(post.duration_s)
    if name == "audience_genders":
        return list_viewer_genders(metrics.audience.genders, call.context.options.gender_names, call.seed, call.number)
    if name in ("video_view_retention", "engagement_likes") and metrics.views < MIN_CURVE_VIEWS:
        return []
    return _METRICS[name](metrics)


def _drop_insights(response: Response) -> None:
    """Leave out the metrics of every second video."""
    for row in response.payload["videos"][::2]:
        for name in [each for each in row if each not in POST_FIELDS]:
            del row[name]
    response.code, response.message = PARTIAL, "Partial success: the metrics of some videos are missing."


def _round(value: float | None, decimals: int) -> float | None:
    return None if value is None else round(value, decimals)


def _embed_url(post: Post) -> str:
    return f"https://www.tiktok.com/player/v1/{post.post_id}?music_info=1&description=1&autoplay=1&loop=1&{_UTM}"


_POST_VALUES: MappingProxyType[str, Callable[[Call, Post], Any]] = MappingProxyType(
    {
        "item_id": lambda _, post: post.post_id,
        "create_time": lambda _, post: str(int(post.posted_at.timestamp())),
        "caption": lambda _, post: post.caption,
        "share_url": lambda call, post: (
            f"https://www.tiktok.com/@{call.account.handle}/{post.media_type}/{post.post_id}?{_UTM}"
        ),
        "embed_url": lambda _, post: _embed_url(post),
        "thumbnail_url": lambda call, post: thumbnail(post.post_id, call.context.at),
        "media_type": lambda _, post: post.media_type.upper(),
        "is_ad": lambda _, post: post.is_ad,
    }
)

_METRICS: MappingProxyType[str, Callable[[VideoMetrics], Any]] = MappingProxyType(
    {
        "likes": lambda metrics: metrics.likes,
        "comments": lambda metrics: metrics.comments,
        "shares": lambda metrics: metrics.shares,
        "favorites": lambda metrics: metrics.favorites,
        "video_views": lambda metrics: metrics.views,
        "reach": lambda metrics: metrics.reach,
        "average_time_watched": lambda metrics: _round(metrics.average_watch_s, 3),
        "total_time_watched": lambda metrics: _round(metrics.total_watch_s, 3),
        "full_video_watched_rate": lambda metrics: _round(metrics.full_watch_rate, 4),
        "impression_sources": lambda metrics: list_shares(metrics.impression_sources, "impression_source"),
        "audience_countries": lambda metrics: list_shares(metrics.audience.countries, "country"),
        "audience_cities": lambda metrics: list_cities(metrics.audience.cities),
        "audience_types": lambda metrics: list_shares(metrics.audience_types, "type"),
        "video_view_retention": lambda metrics: list_seconds(metrics.retention),
        "engagement_likes": lambda metrics: list_seconds(metrics.likes_by_second),
        "new_followers": lambda metrics: metrics.totals.new_followers,
        "profile_views": lambda metrics: metrics.totals.profile_views,
        "website_clicks": lambda metrics: metrics.totals.website_clicks,
        "phone_number_clicks": lambda metrics: metrics.totals.phone_number_clicks,
        "lead_submissions": lambda metrics: metrics.totals.lead_submissions,
        "app_download_clicks": lambda metrics: metrics.totals.app_download_clicks,
        "email_clicks": lambda metrics: metrics.totals.email_clicks,
        "address_clicks": lambda metrics: metrics.totals.address_clicks,
    }
)
