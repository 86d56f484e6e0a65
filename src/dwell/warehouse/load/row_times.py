"""When a row was observed and its post published, and how exactly that is known."""

from __future__ import annotations

from dwell.text.posting_time import OBSERVATION_SLACK
from dwell.warehouse.columns import quote_text
from dwell.warehouse.load.row_facts import OLDEST, OWN_EXPORT, RowFacts, instant

_LATE_DAYS = OBSERVATION_SLACK.days


class RowTimes(RowFacts):
    """SQL of the times of a row."""

    def _observed(self) -> str:
        zone, as_of = quote_text(self.options.zone), self.options.as_of
        own = f"absolute_observed_at, timezone({zone}, local_observed_at), " if "observed_at" in self.fields else ""
        constant = self.shape.constants.get("observed_at")
        fixed = f"TRY_CAST({quote_text(str(constant))} AS TIMESTAMPTZ), " if constant else ""
        return f"coalesce({own}{fixed}{instant(as_of) if as_of else 'NULL::TIMESTAMPTZ'}, NULL)"

    def _observed_precision(self) -> str:
        """How exactly the observation's time is known: a day's first moment without a zone is the day."""
        own = self._value("observed_precision")
        if self.shape.name == OWN_EXPORT:
            return f"coalesce({own}, NULL::VARCHAR)"
        whens = []
        if "observed_at" in self.fields:
            at_midnight = "local_observed_at = date_trunc('day', local_observed_at)"
            whens.append("WHEN absolute_observed_at IS NOT NULL THEN 'instant'")
            whens.append(
                f"WHEN local_observed_at IS NOT NULL THEN CASE WHEN {at_midnight} THEN 'day' ELSE 'instant' END"
            )
        constant = str(self.shape.constants.get("observed_at") or "")
        fixed = "day" if len(constant) == 10 or (not constant and self.options.as_of_is_day) else "instant"
        if self.options.as_of_is_day and self.options.as_of:
            whens.insert(0, f"WHEN {self._observed()} = {instant(self.options.as_of)} THEN 'day'")
        return f"coalesce({own}, CASE {' '.join([*whens, f'WHEN true THEN {quote_text(fixed)}'])} END)"

    def _observed_zone(self) -> str:
        own = self._value("observed_zone")
        if self.shape.name == OWN_EXPORT:
            return f"coalesce({own}, NULL::VARCHAR)"
        return f"CASE WHEN final_observed_precision = 'day' THEN coalesce({own}, {quote_text(self.options.zone)}) END"

    def _stated(self) -> list[str]:
        """What the source says of the posting time, and whether it leaves the zone or the clock time open."""
        if "posted_at" not in self.fields:
            return ["NULL::TIMESTAMPTZ AS stated_posted_at", "false AS vague_posted_at"]
        stated = f"coalesce(absolute_posted_at, timezone({quote_text(self.options.zone)}, local_posted_at))"
        # Where the user named the zone, a clock time is the better witness; a bare date never is.
        bare = "local_posted_at = date_trunc('day', local_posted_at)" if self.options.zone_given else "true"
        midnight = "epoch_us(absolute_posted_at) % 86400000000 = 0"
        vague = f"CASE WHEN absolute_posted_at IS NULL THEN {bare} ELSE {midnight} END"
        return [f"{stated} AS stated_posted_at", f"{vague} AS vague_posted_at"]

    def dated(self) -> list[str]:
        """How far a stated posting time is from the id's own, and which of the two is right."""
        if not self._has("posted_at"):
            return ["false AS observed_before_id"]
        if not self.dates_by_id:
            return ["false AS observed_before_id", "stated_posted_at AS final_posted_at"]
        # An id that is younger than the observation tells nothing: one of the two is wrong.
        known = "coalesce(row_platform, 'tiktok') = 'tiktok' AND has_id_time(number_post_id)"
        early = f"(number_post_id >> 32) > epoch_us(final_observed_at) // 1000000 + {_LATE_DAYS * 86400}"
        after = "epoch_us(stated_posted_at) // 1000000 - (timely_id >> 32)"
        # A macro pastes its arguments, so each is computed once, in a lateral column.
        return [
            f"CASE WHEN {known} AND NOT coalesce({early}, false) THEN number_post_id END AS timely_id",
            f"coalesce({known} AND {early}, false) AS observed_before_id",
            f"{after} AS after_id",
            "posting_time_of(stated_posted_at, timely_id, after_id, vague_posted_at) AS final_posted_at",
        ]

    def _posted_marks(self) -> str:
        if not (self.dates_by_id and "posted_at" in self.fields):
            return "observed_before_id, NULL::TIMESTAMPTZ AS stated_posted_at, false AS contradicts_id"
        contradicts = "coalesce(contradicts_id(after_id, vague_posted_at), false)"
        return f"observed_before_id, stated_posted_at, {contradicts} AS contradicts_id"

    def _possible_posted(self) -> str:
        """The posting time; where it is impossible, the time in the id."""
        minted = "CASE WHEN timely_id IS NOT NULL THEN id_time_of(timely_id) END" if self.dates_by_id else "NULL"
        return f"CASE WHEN {self._impossible_posted()} THEN {minted} ELSE final_posted_at END"

    @staticmethod
    def _impossible_posted() -> str:
        late = "final_posted_at > final_observed_at + INTERVAL 2 DAY"
        return f"coalesce(final_posted_at < {OLDEST} OR {late}, false)"
