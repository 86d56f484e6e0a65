"""Two rows of one key and time as SQL: do they contradict, does one know more, and what both say together.

Rows agree where no value that both know differs. A rounded row (17.7K) also agrees with an exact one that rounds to it;
the exact one then stands, and takes nothing from the rounded one.
"""

from __future__ import annotations

from collections.abc import Iterable

from dwell.records import Table
from dwell.warehouse.columns import quote_name

MACROS = (
    # 17,734 is what 17.7K was, and 17,834 is not: less than one unit of the last digit that was kept, and of the two
    # first digits at least. Nobody rounds below a thousand.
    """is_rounding_of(exact, r) AS CASE WHEN r < 1000 THEN exact = r
        ELSE abs(exact - r) < pow(10, lost_digits_of(CAST(r AS VARCHAR))) END""",
    "lost_digits_of(t) AS least(length(t) - 2, length(t) - length(rtrim(t, '0')))",
)


class Comparison:
    """Comparisons of a row `a`, which stands, with a row `b` of one table; both are names of structs.

    Attributes:
        values: The columns that are compared.
        rounds: The table says of a row whether it is rounded.
    """

    def __init__(self, table: Table) -> None:
        self.values = table.observed
        self.rounds = "rounded" in table.values
        about = ("observed_precision", "observed_zone", "value_sources")
        self.about = [column.name for column in table.columns if column.name in about]

    def differs(self, name: str, a: str, b: str) -> str:
        """Both know the value, and it is not the same."""
        one, other = f"{a}.{quote_name(name)}", f"{b}.{quote_name(name)}"
        if not self.rounds:
            return f"coalesce({one} <> {other}, false)"
        return (
            f"coalesce(CASE WHEN {self.rounded(a)} = {self.rounded(b)} THEN {one} <> {other} "
            f"WHEN {self.rounded(a)} THEN NOT is_rounding_of({other}, {one}) "
            f"ELSE NOT is_rounding_of({one}, {other}) END, false)"
        )

    def contradicts(self, a: str, b: str) -> str:
        """They differ in some value."""
        return _any(self.differs(name, a, b) for name in self.values)

    def adds(self, a: str, b: str) -> str:
        """The second, which does not contradict, knows what the first does not."""
        fills = _any(f"{a}.{quote_name(name)} IS NULL AND {b}.{quote_name(name)} IS NOT NULL" for name in self.values)
        if not self.rounds:
            return fills
        unequal = _any(f"coalesce({a}.{quote_name(name)} <> {b}.{quote_name(name)}, false)" for name in self.values)
        return (
            f"(CASE WHEN {self.rounded(b)} AND NOT {self.rounded(a)} THEN false "
            f"WHEN {self.rounded(a)} AND NOT {self.rounded(b)} THEN {fills} OR {unequal} ELSE {fills} END)"
        )

    def replaces(self, a: str, b: str) -> str:
        """The second knows something that is not what the first says."""
        names = [*self.values, "rounded"] if self.rounds else self.values
        return _any(
            f"{b}.{quote_name(name)} IS NOT NULL AND {b}.{quote_name(name)} IS DISTINCT FROM {a}.{quote_name(name)}"
            for name in names
        )

    def combined(self, a: str, b: str) -> dict[str, str]:
        """Column -> what both say together, where the second adds something."""
        merged = {name: f"coalesce({a}.{quote_name(name)}, {b}.{quote_name(name)})" for name in self.values}
        merged |= {name: f"{a}.{quote_name(name)}" for name in ("source", *self.about)}
        if self.rounds:
            exact = f"{self.rounded(a)} AND NOT {self.rounded(b)}"
            own = self.overlaid(a, b)
            merged = {name: f"CASE WHEN {exact} THEN {own[name]} ELSE {sql} END" for name, sql in merged.items()}
            merged["rounded"] = f"CASE WHEN {exact} THEN {own['rounded']} ELSE coalesce({a}.rounded, {b}.rounded) END"
        return merged

    def overlaid(self, a: str, b: str) -> dict[str, str]:
        """Column -> what the second says, and the first where the second does not know."""
        merged = {name: f"coalesce({b}.{quote_name(name)}, {a}.{quote_name(name)})" for name in self.values}
        merged |= {name: f"{b}.{quote_name(name)}" for name in ("source", *self.about)}
        if self.rounds:
            left = _any(f"{b}.{quote_name(name)} IS NULL AND {a}.{quote_name(name)} >= 1000" for name in self.values)
            merged["rounded"] = f"coalesce({b}.rounded, {a}.rounded) OR ({self.rounded(a)} AND coalesce({left}, false))"
        return merged

    def rounded(self, row: str) -> str:
        """The row is rounded, as far as it says."""
        return f"coalesce({row}.rounded, false)"


def _any(tests: Iterable[str]) -> str:
    return f"({' OR '.join(tests)})"
