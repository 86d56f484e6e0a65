"""Reads the videos of one account: the whole list with all fields, then again those that TikTok sent in part."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from dwell.errors import NotAllowedError
from dwell.live.pager import Pager
from dwell.live.parse_responses import Items
from dwell.live.request_context import FetchedResponse
from dwell.providers.tiktok_organic.api import CONNECT_COMMAND
from dwell.providers.tiktok_organic.client import MAX_VIDEOS, PARTIAL
from dwell.records.owned_item import VideoItem
from dwell.state import stream_states
from dwell.state.stream_states import WHOLE
from dwell.sync import windows
from dwell.sync.outcome import AccountOutcome, StreamOutcome
from dwell.sync.request import STREAM_TABLES
from dwell.sync.row_counts import count_rows
from dwell.sync.stream_requests import StreamRequests

LAST_READ = "last read"
"""Partition of the videos' cursor: the day on which their last reading ended that was whole."""

_PARTIAL_ROUNDS = 3
_FIGURES_AFTER = timedelta(days=3)
_TOLERANCE = 0.02
_WATCHED = "video.insights"
_INSIGHTS = frozenset({"user.insights", _WATCHED})


class VideoReader:
    """Reads the videos of one account.

    Args:
        requests: Requests its streams.
        account: What becomes of the account.
        now: The present, by the provider's clock.

    Attributes:
        videos: The videos read, by their ids.
    """

    def __init__(self, requests: StreamRequests, account: AccountOutcome, now: datetime) -> None:
        self.videos: dict[str, VideoItem] = {}
        self._requests = requests
        self._account = account
        self._now = now
        self._read_on: set[date] = set()

    def read(self, outcome: StreamOutcome) -> None:
        """Read them.

        Raises:
            DwellError: As of `ApiClient.fetch`.
        """
        scopes = self._requests.scopes
        try:
            self._list(outcome)
        except NotAllowedError as error:
            if not scopes & _INSIGHTS:
                raise
            # Without analytics TikTok refuses the whole list where one field of them is asked for.
            scopes -= _INSIGHTS
            self._list(outcome)
            outcome.message = f"Watch time was not read. {error} {outcome.message}".rstrip()
        else:
            if _WATCHED not in scopes:
                why = (
                    f"Watch time was not read, because the owner did not allow {_WATCHED}: run {CONNECT_COMMAND} again."
                )
                outcome.message = f"{why} {outcome.message}".rstrip()
        finally:
            if _WATCHED not in scopes:
                outcome.not_allowed = [table for table in STREAM_TABLES["videos"] if table != "videos"]
            for item in self.videos.values():
                outcome.count(count_rows(item))

    def _list(self, outcome: StreamOutcome) -> None:
        spec = self._requests.spec
        cursors = stream_states.read(self._requests.database, self._requests.stream("videos"))
        frozen = None if spec.full or WHOLE not in cursors else datetime.fromisoformat(cursors[WHOLE])
        end = windows.listing_end(frozen, spec.since)
        partial: set[str] = set()
        pager = Pager(None)
        for fetched in self._requests.pages("videos", pager, doubt=self._doubt_end):
            items = self._requests.items("videos", fetched)
            partial |= self._add(items, fetched)
            if end is not None and _oldest(items, fetched) < end:
                break
        else:
            end = None
            if not pager.coverage().complete:
                outcome.state, outcome.message = (
                    "partial",
                    f"The list of videos is not whole: {pager.coverage().lacks}.",
                )
                return
        partial = self._read_again(partial)
        self._account.videos = len(self.videos)
        if "video.insights" in self._requests.scopes:
            measured = [item for item in self.videos.values() if item.views is not None]
            self._account.withheld = sum(item.avg_watch_s is None for item in measured)
        if partial:
            outcome.state = "partial"
            outcome.message = f"TikTok left out figures of {len(partial):,} videos: sync again later."
            return
        outcome.state = "complete"
        self._account.listed = sorted(self.videos)
        self._account.listed_from = None if end is None else end.isoformat()
        if end is None or end == frozen:
            self._note_reading(cursors)

    def _doubt_end(self) -> bool:
        """The list has ended, and the profile counts clearly more videos: its end is asked for once more."""
        total = self._account.post_count
        return total is not None and len(self.videos) < total - max(1, _TOLERANCE * total)

    def _note_reading(self, cursors: Mapping[str, str]) -> None:
        """What the end of the sync stores about a reading of the whole list."""
        last = date.fromisoformat(cursors[LAST_READ]) if LAST_READ in cursors else None
        if days := windows.unread_days(min(self._read_on), last):
            self._account.lost_days["videos"] = [day.isoformat() for day in days]
        self._account.cursors["videos"] = {LAST_READ: max(self._read_on).isoformat()}
        if _WATCHED in self._requests.scopes:  # without watch time even frozen videos are read again
            self._account.first = WHOLE not in cursors
            self._account.cursors["videos"][WHOLE] = windows.frozen_before(self._now).isoformat()

    def _read_again(self, partial: set[str]) -> set[str]:
        """Reads videos whose figures TikTok left out, a batch a request; returns those that still lack them."""
        stored = self._requests.stored("chosen_videos")
        for _ in range(_PARTIAL_ROUNDS):
            ids = sorted(partial)
            for start in range(0, len(ids), MAX_VIDEOS):
                chosen = ids[start : start + MAX_VIDEOS]
                fetched = next(stored, None) or self._requests.fetch("chosen_videos", cursor=",".join(chosen))
                lacking = self._add(self._requests.items("chosen_videos", fetched), fetched)
                partial = (partial - set(chosen)) | (lacking & set(chosen))
        return {post_id for post_id in partial if not self._is_young(self.videos[post_id])}

    def _add(self, items: Items, fetched: FetchedResponse) -> set[str]:
        """Takes the videos of a response; returns those whose figures TikTok left out, all where it does not say."""
        # Rows are of the day of their response, which may be the day after the one on which the sync began.
        self._read_on.add(fetched.response.received_at.astimezone(UTC).date())
        videos = {item.post_id: item for item in items if isinstance(item, VideoItem)}
        for post_id, item in videos.items():
            if post_id not in self.videos or not _lacks_figures(item):
                self.videos[post_id] = item
        if not fetched.payload.get(PARTIAL):
            return set()
        return {post_id for post_id, item in videos.items() if _lacks_figures(item)} or set(videos)

    def _is_young(self, item: VideoItem) -> bool:
        """It has no figures yet, or may have none."""
        posted = None if item.posted_at is None else datetime.fromtimestamp(item.posted_at, UTC)
        return posted is not None and self._now - posted < _FIGURES_AFTER and _lacks_figures(item)


def _lacks_figures(item: VideoItem) -> bool:
    """It lacks a counter; those come with all else that is measured."""
    return None in (item.views, item.likes, item.comments, item.shares, item.saves)


def _oldest(items: Items, fetched: FetchedResponse) -> datetime:
    """The publishing time at which a page ends, which its cursor and its videos must agree about."""
    posted = [item.posted_at for item in items if isinstance(item, VideoItem) and item.posted_at is not None]
    try:
        return datetime.fromtimestamp(max(int(fetched.payload["cursor"]) / 1000, min(posted)), UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return datetime.max.replace(tzinfo=UTC)
