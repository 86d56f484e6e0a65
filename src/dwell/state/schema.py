"""The tables of the state database, as they are today; `migrations/` brings older ones here."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, Text, UniqueConstraint, text

from dwell.state.columns import instant, number, owner_columns, table, words
from dwell.state.types import Big, Flag, Instant, JsonText, Words

LAYOUT = 9
"""Number of the newest migration; a database with a higher one is refused."""

identity = table("identity", words("folder_id"), key=("folder_id",))
"""The data folder that this database belongs to: one row."""

rate_limits = table(
    "rate_limits",
    words("name"),
    Column("tat", Big, nullable=False),
    Column("paused_until", Big, nullable=False, server_default=text("0")),
    Column("day", Text),
    number("day_used", 0),
    key=("name",),
)
"""When the next request of a key may go out (GCRA): its theoretical arrival time, microseconds since 1970."""

ledger = table(
    "ledger",
    words("request_id"),
    *owner_columns(),
    words("provider"),
    words("endpoint"),
    words("command"),
    words("subject"),
    instant("sent_at"),
    Column("done_at", Instant),
    words("outcome"),
    Column("status", Integer),
    number("credits"),
    Column("certain", Flag, nullable=False),
    Column("cost_micros", Big, nullable=False),
    Column("simulated", Flag, nullable=False, server_default=text("0")),
    number("requests", 1),
    key=("request_id",),
)
"""One row per request, written before it is sent: what was paid is never only in memory. Polls of an old day share a
row, which counts its `requests`."""
Index("ledger_by_owner", ledger.c.owner_id)
Index("ledger_by_time", ledger.c.sent_at)

responses = table(
    "responses",
    Column("response_id", Big, nullable=False, autoincrement=True),
    words("request_id"),
    *owner_columns(),
    number("position"),
    words("provider"),
    words("endpoint"),
    words("what"),
    words("subject"),
    instant("received_at"),
    Column("simulated", Flag, nullable=False),
    number("items"),
    number("rejected", 0),
    Column("parsed_by", Text),
    Column("body", LargeBinary, nullable=False),
    Column("loaded_in", Text),
    Column("checksum", Big),
    UniqueConstraint("request_id", name="responses_request_id_key"),
    key=("response_id",),
    rowid=True,
)
"""What came back, as it came, packed. `parsed_by` is the parser whose rows are stored; null: not yet. `rejected` of its
objects gave no row; `loaded_in` is the digest of the batch that has its rows. `checksum` is that of the row itself
(`stored_response.py`); null in rows of before there were any."""
Index("responses_by_owner", responses.c.owner_id, responses.c.position)
Index(
    "responses_pending",
    responses.c.parsed_by,
    sqlite_where=responses.c.parsed_by.is_(None),
)


sweeps = table(
    "sweeps",
    words("sweep_id"),
    words("command"),
    Column("spec", JsonText, nullable=False),
    instant("started_at"),
    Column("finished_at", Instant),
    Column("summary", JsonText),
    Column("holder", Text),
    Column("leased_until", Instant),
    key=("sweep_id",),
)
"""A job: what it is to do, which process does it, and what came of it."""

sweep_targets = table(
    "sweep_targets",
    words("sweep_id"),
    number("position"),
    words("kind"),
    words("name"),
    Column("outcome", JsonText),
    key=("sweep_id", "position"),
)

subjects = table(
    "subjects",
    words("provider"),
    words("kind"),
    words("name"),
    Column("id", Words),
    Column("key", Words),
    Column("total", Big),
    instant("looked_up_at"),
    key=("provider", "kind", "name"),
)
"""Ids that a provider needs in place of a name, so that no lookup is paid for twice."""

watchlists = table(
    "watchlists",
    words("watchlist"),
    words("kind"),
    words("name"),
    instant("added_at"),
    key=("watchlist", "kind", "name"),
)

schedules = table(
    "schedules",
    words("schedule"),
    words("every"),
    words("at"),
    words("tz"),
    Column("spec", JsonText, nullable=False),
    instant("added_at"),
    key=("schedule",),
)

schedule_runs = table(
    "schedule_runs",
    words("schedule"),
    instant("slot"),
    words("token"),
    instant("leased_until"),
    instant("started_at"),
    Column("finished_at", Instant),
    Column("outcome", Words),
    key=("schedule", "slot"),
)
"""A scheduled time is taken by one process: the key makes it once, the lease gives it back if that process dies."""

job_leases = table("job_leases", words("job"), words("holder"), instant("leased_until"), key=("job",))
"""A job that the data folder needs now and then is done by one process at a time."""

drift = table(
    "drift",
    words("provider"),
    words("object"),
    words("field"),
    words("what"),
    Column("seen", Words),
    instant("first_at"),
    instant("last_at"),
    Column("times", Big, nullable=False),
    key=("provider", "object", "field", "what"),
)
"""How a provider's objects differ from its contract."""
