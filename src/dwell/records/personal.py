"""Which rows are about a person: told by the columns of a table, so that a new table has its rule at once.

A row is about an account where one of the columns in `ROLES` names the account, its id, or one of its posts. It is
about the writer of a comment where the table has comments (`WRITTEN`) and the column names the writer, or where it has
the id of such a comment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from dwell.records.tables import Table

Kind = Literal["account", "person"]
Role = Literal["names", "account_ids", "open_ids", "post_ids", "comment_ids"]

ROLES: Mapping[str, Role] = {
    "handle": "names",
    "username": "names",
    "new_handle": "names",
    "creator_id": "account_ids",
    "open_id": "open_ids",
    "post_id": "post_ids",
    "comment_id": "comment_ids",
}
"""Column -> what it names. A column of another name that names a person belongs here."""

WRITTEN = frozenset({"comments", "owned_comments"})
"""Tables in which the name is that of a comment's writer, and the post somebody else's."""

ABOUT_NOBODY = frozenset({"category_benchmarks", "topic_samples"})
"""Tables none of whose rows are about a person."""

_DEFAULT_PLATFORM = "tiktok"  # what tables without a column `platform` have rows of


@dataclass
class Subject:
    """Whom an erasure is about, and everything by which rows are recognised as theirs.

    Attributes:
        kind: An `account` with all that is known of it, or a `person` who wrote comments.
        platform: Only what is of this platform; of all where None.
        names: Handles, lower case: the one that the user named, and others of the same account.
        account_ids: The platform's ids of the account.
        open_ids: Its ids for apps.
        post_ids: Its posts.
        comment_ids: Comments that it wrote, or under its posts.
    """

    kind: Kind
    platform: str | None = None
    names: set[str] = field(default_factory=set)
    account_ids: set[str] = field(default_factory=set)
    open_ids: set[str] = field(default_factory=set)
    post_ids: set[str] = field(default_factory=set)
    comment_ids: set[str] = field(default_factory=set)

    def values(self, role: Role) -> set[str]:
        """What is known of one role."""
        found: set[str] = getattr(self, role)
        return found

    def size(self) -> int:
        """How much is known: it grows until nothing more is found."""
        return sum(len(self.values(role)) for role in set(ROLES.values()))

    def to_json(self) -> dict[str, Any]:
        """A JSON-compatible dict."""
        known: dict[str, list[str]] = {role: sorted(self.values(role)) for role in sorted(set(ROLES.values()))}
        return {"kind": self.kind, "platform": self.platform, **known}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Subject:
        """The inverse of `to_json`."""
        sets = {name: set(value) for name, value in fields.items() if isinstance(value, list)}
        return cls(fields["kind"], fields["platform"], **sets)


def matching_columns(table: Table, subject: Subject) -> Iterator[tuple[str, Role]]:
    """The columns by which a row of a table is recognised, each with its role; none where no row can be theirs.

    Raises:
        LookupError: The table has no rule: a column of it belongs in `ROLES`, or the table in `ABOUT_NOBODY`.
    """
    names = {column.name for column in table.columns}
    roles = {name: role for name, role in ROLES.items() if name in names}
    if not roles and table.name not in ABOUT_NOBODY:
        raise LookupError(f"{table.name} has no column that says whose a row is: add one to ROLES, or to ABOUT_NOBODY.")
    for name, role in roles.items():
        if role != "comment_ids" and subject.kind == "person" and not (role == "names" and table.name in WRITTEN):
            continue
        is_elsewhere = subject.platform not in {None, _DEFAULT_PLATFORM} and "platform" not in names
        if role in {"names", "open_ids"} and is_elsewhere:
            continue
        yield name, role
