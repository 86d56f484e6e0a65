"""Reads the comments on videos whose number of comments changed, with the replies to them."""

from __future__ import annotations

from collections.abc import Iterable, Set
from datetime import datetime

from dwell.errors import NotAllowedError, UnavailableError
from dwell.live.pager import Pager
from dwell.live.request_context import FetchedResponse
from dwell.providers.tiktok_organic.oauth import COMMENT_SCOPE
from dwell.records.owned_item import OwnerCommentItem, VideoItem
from dwell.state import stream_states
from dwell.sync.outcome import StreamOutcome
from dwell.sync.row_counts import count_rows
from dwell.sync.stream_requests import StreamRequests

STREAM = "owner_comments"
StoredPages = dict[str | None, list[FetchedResponse]]


def read_comments(requests: StreamRequests, videos: Iterable[VideoItem], outcome: StreamOutcome, now: datetime) -> None:
    """Read them; a video whose comments are read is remembered at once with their number.

    Args:
        requests: Requests the streams of the account.
        videos: Its videos.
        outcome: What becomes of the stream.
        now: The present, by the provider's clock.

    Raises:
        NotAllowedError: The owner was not asked for comments.
        DwellError: As of `ApiClient.fetch`.
    """
    if COMMENT_SCOPE not in requests.row.scopes:
        raise NotAllowedError(
            "The owner was not asked for comments: run `dwell connect tiktok --comments` and allow comment.list."
        )
    name, gone, cut = requests.stream(STREAM), 0, 0
    known = stream_states.read(requests.database, name)
    stored = _find_stored(requests, known.keys())
    for video in videos:
        count = video.comments
        if count is None or str(count) == known.get(video.post_id) or (not count and video.post_id not in known):
            continue
        try:
            is_whole = _read_video(requests, outcome, video.post_id, stored)
        except UnavailableError:
            gone += 1
            continue
        if is_whole:
            stream_states.save(requests.database, name, {video.post_id: str(count)}, now)
        cut += not is_whole
    outcome.state = "partial" if cut else "complete"
    notes = [f"{gone:,} videos were removed meanwhile."] if gone else []
    if cut:
        notes.append(f"TikTok ended the comments of {cut:,} videos too early: sync again later.")
    outcome.message = " ".join(notes)


def _find_stored(requests: StreamRequests, known: Set[str]) -> StoredPages:
    """What a killed process had read of a video whose comments it did not finish: pages by video, or by comment."""
    pages: StoredPages = {}
    for stream in (STREAM, "replies"):
        for fetched in requests.stored(stream):
            items = [item for item in requests.items(stream, fetched) if isinstance(item, OwnerCommentItem)]
            of = {item.post_id if stream == STREAM else item.parent_comment_id for item in items}
            if len(of) == 1 and known.isdisjoint({item.post_id for item in items}):
                pages.setdefault(of.pop(), []).append(fetched)
    return pages


def _read_video(requests: StreamRequests, outcome: StreamOutcome, post_id: str, stored: StoredPages) -> bool:
    """Reads the comments on a video; false where a list ended too early, which must not count as read."""
    pager, is_whole = Pager(None), True
    for fetched in requests.pages(STREAM, pager, post_id, stored=stored.pop(post_id, ())):
        for item in requests.items(STREAM, fetched):
            outcome.count(count_rows(item))
            if isinstance(item, OwnerCommentItem) and (item.replies or 0) > len(item.nested):
                is_whole &= _read_replies(requests, outcome, post_id, item, stored.pop(item.comment_id, ()))
    return is_whole and pager.coverage().complete


def _read_replies(
    requests: StreamRequests,
    outcome: StreamOutcome,
    post_id: str,
    comment: OwnerCommentItem,
    stored: Iterable[FetchedResponse],
) -> bool:
    came = {reply.comment_id for reply in comment.nested}
    pager = Pager(None)
    for fetched in requests.pages("replies", pager, f"{post_id}/{comment.comment_id}", stored=stored):
        for item in requests.items("replies", fetched):
            if not (isinstance(item, OwnerCommentItem) and item.comment_id in came):
                outcome.count(count_rows(item))
    return pager.coverage().complete
