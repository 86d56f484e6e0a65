"""Reads the videos of one account: the whole list with all fields, then again those that TikTok sent in part."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from dwell.errors import NotAllowedError
from dwell.live.pager import Pager
from dwell.live.parse_responses import Items
from dwell.live.request_context import FetchedResponse
from dwell.providers.tiktok_organic.client import MAX_VIDEOS, PARTIAL
from dwell.records.owned_item import VideoItem
from dwell.state import stream_states
from dwell.state.stream_states import WHOLE
from dwell.sync import windows
from dwell.sync.outcome import AccountOutcome, StreamOutcome
from dwell.sync.row_counts import count_rows
from dwell.sync.stream_requests import StreamRequests

LAST_READ = "last read"
"""Partition of the videos' cursor: the day on which they were last read whole."""

_PARTIAL_ROUNDS = 3
_INSIGHTS = frozenset({"user.insights", "video.insights"})


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
            if not scopes & _INSIGHTS or self.videos:
                raise
            # Without analytics TikTok refuses the whole list where one field of them is asked for.
            outcome.message = f"Watch time was not read. {error}"
            scopes -= _INSIGHTS
            self._list(outcome)

    def _list(self, outcome: StreamOutcome) -> None:
        spec = self._requests.spec
        cursors = stream_states.read(self._requests.database, self._requests.stream("videos"))
        frozen = None if spec.full or WHOLE not in cursors else datetime.fromisoformat(cursors[WHOLE])
        end = windows.listing_end(frozen, spec.since)
        partial: set[str] = set()
        pager = Pager(None)
        for fetched in self._requests.pages("videos", pager):
            partial |= self._add(outcome, self._requests.items("videos", fetched), fetched)
            if end is not None and _oldest(fetched) < end:
                break
        else:
            end = None
            if not pager.coverage().complete:
                outcome.state, outcome.message = (
                    "partial",
                    f"The list of videos is not whole: {pager.coverage().lacks}.",
                )
                return
        partial = self._read_again(outcome, partial)
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

    def _note_reading(self, cursors: Mapping[str, str]) -> None:
        """What the end of the sync stores about a reading of the whole list."""
        last = date.fromisoformat(cursors[LAST_READ]) if LAST_READ in cursors else None
        if days := windows.unread_days(min(self._read_on), last):
            self._account.lost_days["videos"] = [day.isoformat() for day in days]
        self._account.cursors["videos"] = {LAST_READ: max(self._read_on).isoformat()}
        if "video.insights" in self._requests.scopes:  # without watch time even frozen videos are read again
            self._account.first = WHOLE not in cursors
            self._account.cursors["videos"][WHOLE] = windows.frozen_before(self._now).isoformat()

    def _read_again(self, outcome: StreamOutcome, partial: set[str]) -> set[str]:
        """Reads videos whose figures TikTok left out, a batch a request; returns those that still lack them."""
        for _ in range(_PARTIAL_ROUNDS):
            ids = sorted(partial)
            for start in range(0, len(ids), MAX_VIDEOS):
                chosen = ids[start : start + MAX_VIDEOS]
                fetched = self._requests.fetch("chosen_videos", cursor=",".join(chosen))
                items = self._requests.items("chosen_videos", fetched)
                partial = (partial - set(chosen)) | self._add(outcome, items, fetched, again=True)
        return partial

    def _add(self, outcome: StreamOutcome, items: Items, fetched: FetchedResponse, *, again: bool = False) -> set[str]:
        """Takes the videos of a response; returns those whose figures TikTok left out."""
        partial = set()
        # Rows are of the day of their response, which may be the day after the one on which the sync began.
        self._read_on.add(fetched.response.received_at.astimezone(UTC).date())
        for item in items:
            outcome.count(count_rows(item, again=again))
            if isinstance(item, VideoItem):
                self.videos[item.post_id] = item
                if fetched.payload.get(PARTIAL) and _lacks_figures(item):
                    partial.add(item.post_id)
        return partial


def _lacks_figures(item: VideoItem) -> bool:
    """It has nothing but what is known when a video is published."""
    return item.views is None and item.likes is None and item.duration_s is None


def _oldest(fetched: FetchedResponse) -> datetime:
    """The publishing time at which a page ends, from its cursor."""
    try:
        return datetime.fromtimestamp(int(fetched.payload["cursor"]) / 1000, UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return datetime.max.replace(tzinfo=UTC)
