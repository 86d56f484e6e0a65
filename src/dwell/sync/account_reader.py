"""Reads one connected account, stream by stream."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

from dwell import logs
from dwell.errors import DwellError, KeyRefusedError, NotAllowedError, SettingsError, StoppedError, StorageError
from dwell.providers.tiktok_organic.api import CONNECT_COMMAND
from dwell.providers.tiktok_organic.client import PARTIAL
from dwell.records.owned_item import AccountDayItem, AccountItem
from dwell.state import stream_states
from dwell.state.stream_states import WHOLE
from dwell.sync import windows
from dwell.sync.comment_reader import read_comments
from dwell.sync.outcome import AccountOutcome, StreamOutcome
from dwell.sync.row_counts import count_rows
from dwell.sync.stream_requests import StreamRequests
from dwell.sync.video_reader import VideoReader

log = logs.get_logger(__name__)


class AccountReader:
    """Reads one account of a job.

    Args:
        requests: Requests its streams.
        on_videos: Is told how many videos the account has.
    """

    def __init__(self, requests: StreamRequests, on_videos: Callable[[int], None]) -> None:
        self._requests = requests
        self._on_videos = on_videos
        self._now: datetime | None = None
        self._videos: VideoReader | None = None
        row = requests.row
        streams = {stream: StreamOutcome() for stream in requests.spec.streams}
        self.outcome = AccountOutcome(row.open_id, row.name, streams)

    def read(self) -> AccountOutcome:
        """Read the account as far as possible; what prevents a stream is in its outcome.

        Raises:
            StoppedError: The user stopped the job.
            StorageError: The data folder cannot be read or written.
        """
        steps: Mapping[str, Callable[[StreamOutcome], None]] = {
            "account": self._read_account,
            "account_days": self._read_days,
            "videos": self._read_videos,
            "owner_comments": self._read_comments,
            "benchmark": self._read_benchmark,
        }
        for stream, outcome in self.outcome.streams.items():
            if not self._read_stream(steps[stream], outcome) or self._now is None:
                break
        for outcome in self.outcome.streams.values():
            if outcome.state == "waiting":
                outcome.state, outcome.message = "failed", "It was not read, because what comes before it failed."
        return self.outcome

    def _read_stream(self, read: Callable[[StreamOutcome], None], outcome: StreamOutcome) -> bool:
        """Whether the streams after it can be read."""
        try:
            read(outcome)
        except NotAllowedError as error:
            outcome.state, outcome.message = "not_allowed", str(error)
        except (StoppedError, StorageError):
            raise
        except DwellError as error:
            self._fail(outcome, str(error))
            return not isinstance(error, (KeyRefusedError, SettingsError))
        except Exception as error:
            log.debug("%(account)s cannot be read", {"account": self._requests.row.name}, exc_info=error)
            self._fail(outcome, f"A response cannot be read ({type(error).__name__}).")
        return True

    def _fail(self, outcome: StreamOutcome, message: str) -> None:
        outcome.state, outcome.message, self.outcome.again = "failed", message, True

    def _read_account(self, outcome: StreamOutcome) -> None:
        requests = self._requests
        try:
            fetched = requests.read_once("account")
        except NotAllowedError as error:
            # TikTok refuses the whole request where only the figures of the audience are not to be had.
            outcome.message = f"Only the profile was read. {error}"
            scopes, requests.scopes = requests.scopes, requests.scopes - {"user.insights"}
            fetched = requests.read_once("account")
            requests.scopes = scopes
        self._now = fetched.response.received_at
        self.outcome.at = self._now.isoformat()
        self.outcome.simulated = fetched.response.simulated
        for item in requests.items("account", fetched):
            outcome.count(count_rows(item))
            if isinstance(item, AccountItem) and item.post_count is not None:
                self.outcome.post_count = item.post_count
                self._on_videos(item.post_count)
        outcome.state = "complete"

    def _read_days(self, outcome: StreamOutcome) -> None:
        requests = self._requests
        self._require_scope("user.insights")
        today = self._require_now().astimezone(UTC).date()
        cursor = stream_states.read(requests.database, requests.stream("account_days")).get(WHOLE)
        newest = None if cursor is None else date.fromisoformat(cursor)
        if lost := windows.lost_days(today, newest):
            self.outcome.lost_days["account_days"] = [day.isoformat() for day in lost]
        first = windows.first_day(today, None if requests.spec.full else newest, requests.spec.since)
        fetched = requests.read_once("account_days", cursor=first.isoformat())
        days = set()
        for item in requests.items("account_days", fetched):
            outcome.count(count_rows(item))
            if isinstance(item, AccountDayItem):
                days.add(item.day)
        is_partial = bool(fetched.payload.get(PARTIAL))
        # A first reading that lacks its oldest days would look like that of a younger account.
        is_from_beginning = newest is not None or (first == windows.reach(today) and not is_partial)
        if is_from_beginning and (until := windows.read_until(days, newest, first, today)) is not None:
            self.outcome.cursors["account_days"] = {WHOLE: until.isoformat()}
        outcome.state = "complete"
        if is_partial:
            outcome.state, outcome.message = "partial", "TikTok left out some days: sync again later."

    def _read_videos(self, outcome: StreamOutcome) -> None:
        self._require_scope("video.list")
        self._videos = VideoReader(self._requests, self.outcome, self._require_now())
        self._videos.read(outcome)

    def _read_comments(self, outcome: StreamOutcome) -> None:
        videos = self._videos.videos.values() if self._videos is not None else ()
        read_comments(self._requests, videos, outcome, self._require_now())

    def _read_benchmark(self, outcome: StreamOutcome) -> None:
        fetched = self._requests.read_once("benchmark", self._requests.spec.benchmark or "")
        for item in self._requests.items("benchmark", fetched):
            outcome.count(count_rows(item))
        outcome.state = "complete"

    def _require_scope(self, scope: str) -> None:
        if scope not in self._requests.row.scopes:
            raise NotAllowedError(f"The owner did not allow {scope}: run {CONNECT_COMMAND} again and allow it.")

    def _require_now(self) -> datetime:
        assert self._now is not None, "the account is read first"
        return self._now
