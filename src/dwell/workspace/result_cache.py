"""The latest results of metrics: the same question about the same rows is not computed twice."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

from dwell.results import Result

MAX_RESULTS = 64
MAX_ROWS = 100_000
"""Rows of all kept results together; a result with more than half of them is not kept."""


class ResultCache:
    """A bounded cache, least recently used out first; several threads may share it.

    Every caller gets rows of its own, so that changing them changes no later answer.
    """

    def __init__(self) -> None:
        self._results: OrderedDict[Hashable, Result] = OrderedDict()
        self._rows = 0
        self._lock = Lock()

    def get(self, key: Hashable, compute: Callable[[], Result]) -> Result:
        """The result of that key; computed where it is not kept.

        Args:
            key: What determines the result: the sequence number of the newest batch, the metric, its parameters.
            compute: Returns the result; two threads that ask at once may both call theirs.
        """
        with self._lock:
            known = self._results.get(key)
            if known is not None:
                self._results.move_to_end(key)
        if known is not None:
            return _copy(known)
        result = compute()
        if len(result) <= MAX_ROWS // 2:
            self._keep(key, _copy(result))
        return result

    def _keep(self, key: Hashable, result: Result) -> None:
        with self._lock:
            before = self._results.pop(key, None)
            self._rows += len(result) - (len(before) if before is not None else 0)
            self._results[key] = result
            while self._rows > MAX_ROWS or len(self._results) > MAX_RESULTS:
                _, oldest = self._results.popitem(last=False)
                self._rows -= len(oldest)


def _copy(result: Result) -> Result:
    """The same values in new rows; lists, the only values that can be changed, are copied too."""
    lists = [index for index in range(len(result.columns)) if any(isinstance(row[index], list) for row in result.rows)]
    rows = [_copy_lists(row, lists) for row in result.rows] if lists else list(result.rows)
    return Result(result.columns, rows, dict(result.meta), result.types)


def _copy_lists(row: tuple[object, ...], lists: list[int]) -> tuple[object, ...]:
    values = list(row)
    for index in lists:
        value = values[index]
        values[index] = list(value) if isinstance(value, list) else value
    return tuple(values)
