"""How each kind of column is stored: its type in DuckDB, SQLite and Delta, and the SQL that carries values across.

The journal keeps instants as integer microseconds since 1970 in UTC, days as `YYYY-MM-DD`, flags as 0 and 1, and lists
as JSON text: SQLite has none of these types, and each of the four compares and sorts as the real thing does.
"""

from __future__ import annotations

from typing import Any

from dwell.records import POST_LATEST, TABLES, Column, Relation

SEQ = "seq"
REPLACES = "replaces"
"""Of a reading in the journal: the batch of the row in the lake that it replaces; null where it replaces none."""
MONTH = "ym"

# Tables that the lake partitions by the calendar month (UTC) of `observed_at`: rewriting one month leaves the others.
BY_MONTH = frozenset({"post_snapshots"})

DUCKDB = {
    "text": "VARCHAR",
    "count": "BIGINT",
    "number": "DOUBLE",
    "flag": "BOOLEAN",
    "instant": "TIMESTAMPTZ",
    "day": "DATE",
    "texts": "VARCHAR[]",
}

SQLITE = {
    "text": "TEXT",
    "count": "INTEGER",
    "number": "REAL",
    "flag": "INTEGER",
    "instant": "INTEGER",
    "day": "TEXT",
    "texts": "TEXT",
}

_DELTA = {
    "text": "string",
    "count": "long",
    "number": "double",
    "flag": "boolean",
    "instant": "timestamp",
    "day": "date",
}

# The ingest log is no record of anything observed, so it stands beside `TABLES`; in the lake it is a table like them.
INGEST = "ingest_batches"
INGEST_COLUMNS = {
    "seq": "BIGINT",
    "batch_id": "VARCHAR",
    "path": "VARCHAR",
    "format": "VARCHAR",
    "digest": "VARCHAR",
    "at": "TIMESTAMPTZ",
    "report": "VARCHAR",
}


def quote_name(name: str) -> str:
    """An identifier as SQL; `seconds` and `views` need the quotes."""
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def column_list(table: Relation) -> str:
    """The table's columns, in order, as an SQL list."""
    return ", ".join(quote_name(column.name) for column in table.columns)


def key_list(table: Relation) -> str:
    """The table's key columns as an SQL list."""
    return ", ".join(quote_name(name) for name in table.key)


def typed_nulls(name: str) -> str:
    """DuckDB SQL for a query without rows, with the typed columns of a lake table or the roll-up, and `seq`."""
    if name == INGEST:
        types = INGEST_COLUMNS
    else:
        table = POST_LATEST if name == POST_LATEST.name else TABLES[name]
        types = {column.name: DUCKDB[column.kind] for column in table.columns}
    columns = ", ".join(f"NULL::{kind} AS {quote_name(column)}" for column, kind in {**types, SEQ: "BIGINT"}.items())
    return f"SELECT {columns} WHERE false"


def replace_defaults(name: str) -> str:
    """SQL behind `SELECT *` for a table's rows of files that may lack a column with a default; empty without such."""
    defaults = TABLES[name].defaults if name in TABLES else {}
    filled = [f"coalesce({quote_name(c)}, {quote_text(d)}) AS {quote_name(c)}" for c, d in defaults.items()]
    return f"REPLACE ({', '.join(filled)})" if filled else ""


def stored_value(column: Column) -> str:
    """DuckDB SQL for the value to keep: its exact type, NaN as null, a missing list as the empty one."""
    name = quote_name(column.name)
    if column.kind == "number":
        return f"nullif({name}::DOUBLE, 'nan'::DOUBLE) AS {name}"
    if column.kind == "texts":
        return f"coalesce({name}::VARCHAR[], []) AS {name}"
    return f"{name}::{DUCKDB[column.kind]} AS {name}"


def to_journal(column: Column) -> str:
    """DuckDB SQL for what SQLite keeps of a value that went through `stored`."""
    name = quote_name(column.name)
    match column.kind:
        case "instant":
            return f"epoch_us({name})"
        case "day":
            return f"{name}::VARCHAR"
        case "flag":
            return f"{name}::INTEGER"
        case "texts":
            return f"to_json({name})::VARCHAR"
    return name


def from_journal(column: Column) -> str:
    """DuckDB SQL for the value that `to_journal` made."""
    name = quote_name(column.name)
    match column.kind:
        case "instant":
            return f"make_timestamptz({name}) AS {name}"
        case "texts":
            return f"from_json({name}, '[\"VARCHAR\"]') AS {name}"
    return f"{name}::{DUCKDB[column.kind]} AS {name}"


def delta_schema(name: str) -> Any:
    """The Delta schema of a table, with `seq` and, where it is partitioned, the month."""
    from deltalake import Field, Schema
    from deltalake.schema import ArrayType, PrimitiveType

    if name == INGEST:
        kinds = {"BIGINT": "long", "VARCHAR": "string", "TIMESTAMPTZ": "timestamp"}
        return Schema([Field(column, PrimitiveType(kinds[kind])) for column, kind in INGEST_COLUMNS.items()])
    fields = [
        Field(
            column.name,
            ArrayType(PrimitiveType("string"), contains_null=True)
            if column.kind == "texts"
            else PrimitiveType(_DELTA[column.kind]),
        )
        for column in TABLES[name].columns
    ]
    fields.append(Field(SEQ, PrimitiveType("long")))
    if name in BY_MONTH:
        fields.append(Field(MONTH, PrimitiveType("string")))
    return Schema(fields)
