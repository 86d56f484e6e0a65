"""Slow tests: `make test` leaves them to `make test-all` and CI. `make slow-tests` measures which they are."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import pytest

FILE = Path(__file__).parents[1] / "slow_tests.txt"
MOST_S = 0.6
"""Seconds of CPU that the cases of one test function may take together."""
ALWAYS = ("tests/damage/", "tests/storage/")
"""`make test` has these though they take long: what is said of damage, and that no kill loses a row."""
_BEGUN = pytest.StashKey[float]()


def read_slow_tests() -> frozenset[str]:
    """Test functions, as `tests/folder/test_file.py::test_name`."""
    return frozenset(FILE.read_text().split())


def name_function(node_id: str) -> str:
    """The test function of a test: its id without the case."""
    return node_id.partition("[")[0]


class Measurement:
    """A plugin that measures the CPU of every test, also in the processes that it waited for, and writes the list."""

    def __init__(self) -> None:
        self.seconds = Counter[str]()

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        item.stash[_BEGUN] = _cpu_seconds()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if call.when == "teardown":
            report.user_properties.append(("cpu_s", _cpu_seconds() - item.stash[_BEGUN]))
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Where xdist spreads the tests, this runs in the process that they report to."""
        for name, value in report.user_properties:
            if name == "cpu_s" and isinstance(value, float):
                self.seconds[name_function(report.nodeid)] += value

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if not hasattr(session.config, "workerinput"):
            slow = [name for name, cpu in self.seconds.items() if cpu > MOST_S and not name.startswith(ALWAYS)]
            FILE.write_text("".join(f"{name}\n" for name in sorted(slow)))


def _cpu_seconds() -> float:
    return sum(os.times()[:4])
