"""Reads the comments on videos whose number of comments changed, with the replies to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from dwell.errors import NotAllowedError, ProviderError, UnavailableError
from dwell.live.pager import Pager
from dwell.providers.tiktok_organic.oauth import COMMENT_SCOPE
from dwell.records.owned_item import OwnerCommentItem, VideoItem
from dwell.state import stream_states
from dwell.sync.outcome import StreamOutcome
from dwell.sync.row_counts import count_rows
from dwell.sync.stream_requests import StreamRequests

_STREAM = "owner_comments"


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
    name, gone = requests.stream(_STREAM), 0
    known = {} if requests.spec.full else stream_states.read(requests.database, name)
    for video in videos:
        count = video.comments
        if count is None or str(count) == known.get(video.post_id) or (not count and video.post_id not in known):
            continue
        try:
            _read_video(requests, outcome, video.post_id)
        except UnavailableError:
            gone += 1
            continue
        stream_states.save(requests.database, name, {video.post_id: str(count)}, now)
    outcome.state = "complete"
    if gone:
        outcome.message = f"{gone:,} videos were removed meanwhile."


def _read_video(requests: StreamRequests, outcome: StreamOutcome, post_id: str) -> None:
    pager = Pager(None)
    for fetched in requests.pages(_STREAM, pager, post_id, stored=False):
        for item in requests.items(_STREAM, fetched):
            outcome.count(count_rows(item))
            if isinstance(item, OwnerCommentItem) and (item.replies or 0) > len(item.nested):
                _read_replies(requests, outcome, post_id, item)
    _require_whole(pager)


def _read_replies(requests: StreamRequests, outcome: StreamOutcome, post_id: str, comment: OwnerCommentItem) -> None:
    came = {reply.comment_id for reply in comment.nested}
    pager = Pager(None)
    for fetched in requests.pages("replies", pager, f"{post_id}/{comment.comment_id}", stored=False):
        for item in requests.items("replies", fetched):
            if not (isinstance(item, OwnerCommentItem) and item.comment_id in came):
                outcome.count(count_rows(item))
    _require_whole(pager)


def _require_whole(pager: Pager) -> None:
    """A list that ended early must not count as read.

    Raises:
        ProviderError: It did.
    """
    coverage = pager.coverage()
    if not coverage.complete:
        raise ProviderError(f"A list of comments is not whole: {coverage.lacks}.")
