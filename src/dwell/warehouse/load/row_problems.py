"""What is wrong with a row: a key refuses it, any other value is left unknown."""

from __future__ import annotations

from dwell.records import TABLES, TOPICS
from dwell.text.ids import FACEBOOK_ID, latest_id
from dwell.text.platforms import IN_TABLES
from dwell.warehouse.columns import quote_text
from dwell.warehouse.load.macros import matches
from dwell.warehouse.load.row_facts import OLDEST, instant
from dwell.warehouse.load.row_times import RowTimes
from dwell.warehouse.load.text import IDS

NO_TIME = "no observation time; --as-of gives one"
OTHER_PLATFORM = "another platform, of which dwell stores nothing: "
NO_POST = "names no post: without an id or link, it needs a posting time and a title or length"
FACEBOOK = "another platform: of Facebook, only Meta's own table of videos is read"


class RowProblems(RowTimes):
    """SQL of the problem of a row, and of the values that are left unknown."""

    def _problem(self) -> str:
        """The first reason against the row, or null."""
        whens = ["WHEN broken IS NOT NULL THEN broken"]
        if not self.is_stored:
            known = dict.fromkeys([*IN_TABLES, *([own] if (own := self.shape.constants.get("platform")) else [])])
            other = f"row_platform NOT IN ({', '.join(map(quote_text, known))})"
            if "facebook" not in known:
                whens += [f"WHEN row_platform = 'facebook' THEN {quote_text(FACEBOOK)}"]
            whens += [f"WHEN {other} THEN {quote_text(OTHER_PLATFORM)} || left(row_platform, 40)"]
        whens += self._no_local_id() if self.local_ids else []
        whens += [f"WHEN {self._id_problem(name)} IS NOT NULL THEN {self._id_problem(name)}" for name in self._ids()]
        whens += [f"WHEN {test} THEN {reason}" for name, test, reason in self._bad_values() if name in self._keys()]
        whens += ["WHEN final_observed_at IS NULL THEN " + quote_text(NO_TIME), *self._impossible()]
        return f"CASE {' '.join(whens)} END"

    def _no_local_id(self) -> list[str]:
        """Why nothing tells which post a row without an id is of."""
        whens = [f"WHEN final_post_id IS NULL THEN {quote_text(NO_POST)}"]
        if "posted_at" in self.fields:
            unread = "final_post_id IS NULL AND unread_posted_at IS NOT NULL"
            whens.insert(0, f"WHEN {unread} THEN 'unreadable posted_at: ' || left(unread_posted_at, 60)")
        return whens

    def _keys(self) -> frozenset[str]:
        """Columns without which a row of the shape's tables is none: what is wrong with them refuses the row."""
        return frozenset(key for table in self.shape.tables for key in TABLES[table].key)

    def _unknown(self) -> str:
        """A list of what was left unknown because it is unreadable or impossible; null where nothing was."""
        bad = [(test, reason) for name, test, reason in self._bad_values() if name not in self._keys()]
        if not bad:
            return "NULL::VARCHAR[]"
        # One question for all amounts: most rows have nothing below 0.
        amounts = [f"value_{name}" for name in self._never_negative() if name not in self._keys()]
        single = [test for test, _ in bad if not any(test == _is_negative(value) for value in amounts)]
        tests = " OR ".join([*single, *([f"least({', '.join(amounts)}, 0) < 0"] if amounts else [])])
        reasons = ", ".join(f"CASE WHEN {test} THEN {reason} END" for test, reason in bad)
        return f"CASE WHEN {tests} THEN list_filter([{reasons}], lambda x: x IS NOT NULL) END"

    def _bad_values(self) -> list[tuple[str, str, str]]:
        """Column, SQL of whether its value is unreadable or impossible, and SQL of the reason."""
        typed = [name for name, field in self.fields.items() if field.kind not in {"text", "texts"}]
        bad = [
            (name, f"unread_{name} IS NOT NULL", f"'unreadable {name}: ' || left(unread_{name}, 60)") for name in typed
        ]
        bad += [
            (name, _is_negative(f"value_{name}"), f"'negative {name}: ' || value_{name}")
            for name in self._never_negative()
        ]
        if "posted_at" in self.fields:
            reason = (
                f"CASE WHEN final_posted_at < {OLDEST} THEN 'posted_at before 2005: ' "
                "ELSE 'posted_at after it was observed: ' END || final_posted_at"
            )
            bad.append(("posted_at", self._impossible_posted(), reason))
        return bad

    def _possible(self, name: str) -> str:
        """A value, null where it is negative and cannot be."""
        return (
            f"CASE WHEN value_{name} >= 0 THEN value_{name} END"
            if name in self._never_negative()
            else self._value(name)
        )

    def _never_negative(self) -> list[str]:
        kinds = {"number", "count"} if self.shape.cumulative else {"number"}
        return [name for name, field in self.fields.items() if field.kind in kinds]

    def _ids(self) -> list[str]:
        key = {"comment_id": "comments" in self.shape.tables, "post_id": self.posts}
        return [name for name in IDS if key[name] and self._has(name)]

    def _id_problem(self, name: str) -> str:
        problem = f"id_problem_of(final_{name}, number_{name}, {latest_id(self.options.now)}, row_platform)"
        if not self.is_stored or "platform" in self.fields:
            return problem
        # A table of readings does not say of which platform its posts are.
        return f"CASE WHEN NOT {matches(f'final_{name}', FACEBOOK_ID)} THEN {problem} END"

    def _impossible(self) -> list[str]:
        now = instant(self.options.now)
        tests = [
            f"WHEN final_observed_at > {now} + INTERVAL 1 DAY THEN 'observed in the future: ' || final_observed_at"
        ]
        tests += [f"WHEN final_observed_at < {OLDEST} THEN 'observed before 2005: ' || final_observed_at"]
        if "day" in self.fields:
            impossible = f"value_day < DATE '2005-01-01' OR value_day > {now} + INTERVAL 2 DAY"
            tests += [f"WHEN {impossible} THEN 'impossible day: ' || value_day"]
        if "topic_kind" in self.fields:
            kinds = ", ".join(map(quote_text, TOPICS))
            tests += [f"WHEN value_topic_kind NOT IN ({kinds}) THEN 'unknown kind of topic: ' || value_topic_kind"]
        return tests


def _is_negative(value: str) -> str:
    return f"coalesce({value} < 0, false)"
