"""Whatever a file or an answer holds: no error but dwell's own, no number that it does not say, and nothing lost.

A few examples of each property, always the same; `make fuzz` draws others for an hour.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from importing import Importer, importing
from properties import PROPERTIES

SOURCES = st.randoms(use_true_random=False)


@pytest.fixture(scope="module")
def importer() -> Iterator[Importer]:
    with importing() as made:
        yield made


@pytest.mark.parametrize("name", PROPERTIES)
def test_a_property(name: str, importer: Importer) -> None:
    one = PROPERTIES[name]

    @settings(
        max_examples=one.examples, derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(SOURCES)
    def holds(random: Random) -> None:
        one.check(importer, random)

    holds()
