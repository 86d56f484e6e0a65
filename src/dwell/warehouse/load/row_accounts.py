"""Whose row it is: its platform and its account, by its link and its column."""

from __future__ import annotations

from dwell.text.names import normalize_handle
from dwell.warehouse.columns import quote_text
from dwell.warehouse.load.row_facts import RowFacts


class RowAccounts(RowFacts):
    """SQL of the platform and the account of a row."""

    def row_platform(self) -> str:
        """SQL of the platform of the row: its link's, else its own cell's, else the format's."""
        constant = self.shape.constants.get("platform")
        link = ["link_platform_of(value_url)"] if "url" in self.fields and not self.is_stored else []
        own = [self._value("platform") if self.is_stored else "platform_of(value_platform)"]
        named = [*link, *(own if "platform" in self.fields else [])]
        return f"coalesce({', '.join([*named, quote_text(constant) if constant else 'NULL::VARCHAR', 'NULL'])})"

    def column_handle(self) -> str:
        """SQL of the account in the column; an id is none, which stands there where the column is that of the link."""
        if "handle" not in self.fields:
            return "NULL::VARCHAR"
        own = "nullif(value_handle, value_post_id)" if self._may_be_id() else "value_handle"
        return own if self.is_stored else _valid(own)

    def _may_be_id(self) -> bool:
        """The column of the account is that of the link, where a bare id may stand."""
        handle, link = (self.fields.get(name) for name in ("handle", "url"))
        return "post_id" in self.fields and bool(handle and link and {*handle.raw} & {*link.raw})

    def link_handle(self) -> str:
        """SQL of the account in the link, where that is needed; mostly it is the column's, which is cheap to see."""
        if "url" not in self.fields or self.is_stored:
            return "NULL::VARCHAR"
        linked = f"WHEN contains(value_url, '/') THEN {_valid('handle_of(value_url)')}"
        if self.shape.accounts == "link":
            return f"CASE WHEN contains(value_url, concat('/@', column_handle, '/')) THEN column_handle {linked} END"
        return f"CASE {linked} END" if "handle" not in self.fields else "NULL::VARCHAR"

    def _handle(self) -> str:
        constant = self.shape.constants.get("handle")
        stated = (normalize_handle(str(constant)) if constant else None, self.options.handle)
        named = [quote_text(handle) for handle in stated if handle]
        found = ["link_handle", "column_handle"] if self.shape.accounts == "link" else ["column_handle", "link_handle"]
        return f"coalesce({', '.join([*found, *named, 'NULL'])})"

    def _account_marks(self) -> str:
        """SQL of two marks: column and link name different accounts; the column holds a name that is no account's."""
        if self.is_stored or "handle" not in self.fields:
            return "false AS other_account, false AS no_handle"
        other = "coalesce(column_handle <> link_handle, false)" if self.shape.accounts == "link" else "false"
        shown = "value_handle IS NOT NULL AND column_handle IS NULL"
        shown += " AND value_handle <> value_post_id" if self._may_be_id() else ""
        return f"{other} AS other_account, {shown} AS no_handle"


def _valid(handle: str) -> str:
    """SQL of an account's name where the row's platform allows it."""
    return f"CASE WHEN row_platform <> 'tiktok' OR is_tiktok_handle({handle}) THEN {handle} END"
