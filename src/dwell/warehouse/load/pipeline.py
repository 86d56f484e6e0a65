"""The loader's steps: queries with names, each over the steps before it.

They run as one query, so a file streams through them and nothing is stored in between; and each can be printed, or run
alone, to see what it made of a row.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One query.

    Attributes:
        name: What later steps call its rows.
        sql: A SELECT; it may name any earlier step.
    """

    name: str
    sql: str


@dataclass(frozen=True)
class Pipeline:
    """Steps in order; the last one gives the pipeline's rows."""

    steps: tuple[Step, ...] = ()

    def add(self, name: str, sql: str) -> Pipeline:
        """The pipeline with one more step."""
        return Pipeline((*self.steps, Step(name, sql)))

    @property
    def last(self) -> str:
        """Name of the last step."""
        return self.steps[-1].name

    def query(self) -> str:
        """All steps as one query; nothing is materialized between them."""
        *earlier, last = self.steps
        if not earlier:
            return last.sql
        named = ",\n".join(f"{step.name} AS NOT MATERIALIZED ({step.sql})" for step in earlier)
        return f"WITH {named}\n{last.sql}"

    def through(self, name: str) -> Pipeline:
        """The steps up to the named one."""
        return Pipeline(self.steps[: self._index(name) + 1])

    def after(self, name: str) -> Pipeline:
        """The steps behind the named one."""
        return Pipeline(self.steps[self._index(name) + 1 :])

    def starting_from(self, name: str, sql: str) -> Pipeline:
        """The pipeline with another query for the named step and without the steps before it."""
        return Pipeline((Step(name, sql), *self.steps[self._index(name) + 1 :]))

    def _index(self, name: str) -> int:
        return [step.name for step in self.steps].index(name)
