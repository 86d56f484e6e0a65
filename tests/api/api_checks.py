"""Schemathesis over the OpenAPI document of an app, whatever service is behind it."""

from __future__ import annotations

import importlib
import itertools
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import FlakyStrategyDefinition
from starlette.types import ASGIApp

EXAMPLES = 20
Ids = Callable[[], Mapping[str, str]]
"""Path parameters that lead to something: it is made anew if an earlier call has removed it."""

# A schema cannot say which links lead to a video, and which cursors are ours.
_UNKNOWABLE = ("positive_data_acceptance",)
_MOST_TRIES = 6
_PHASES = (Phase.explicit, Phase.generate)


def _schemathesis() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("schemathesis")


def _checks() -> list[Any]:
    checks = importlib.import_module("schemathesis.checks")
    checks.load_all_checks()
    return list(checks.CHECKS.get_by_names([name for name in checks.CHECKS.get_all_names() if name not in _UNKNOWABLE]))


def check_calls(
    make_app: Callable[[], ASGIApp], key: str, examples: int = EXAMPLES, ids: Ids | None = None
) -> set[tuple[str, int]]:
    """Sends generated requests to every call; returns which answers were seen.

    Args:
        make_app: Makes an app, whose state is its own, and which lets wrong keys be tried.
        key: A key that may do everything, without limits.
        examples: Requests for each call.
        ids: Put into the address of every second request.
    """
    schemathesis = _schemathesis()
    checks = _checks()
    seen: set[tuple[str, int]] = set()
    number, cases = 0, itertools.count()
    while True:
        schema = schemathesis.openapi.from_asgi("/openapi.json", make_app())  # no call changes what the next one finds
        operations = [result.ok() for result in schema.get_all_operations()]
        if number == len(operations):
            return seen
        operation = operations[number]
        number += 1

        @given(case=operation.as_strategy())
        @settings(
            max_examples=examples,
            derandomize=True,
            deadline=None,
            database=None,
            phases=_PHASES,
            suppress_health_check=[*HealthCheck],
        )
        def check(case: Any) -> None:
            if ids is not None and case.path_parameters and next(cases) % 2 == 0:
                case.path_parameters |= {name: one for name, one in ids().items() if name in case.path_parameters}
            answer = case.call(headers={"X-API-Key": key})
            seen.add((case.operation.label, answer.status_code))
            case.validate_response(answer, checks=checks)

        check()
        for strategy in operation.get_strategies_from_examples():
            given(case=strategy)(check.hypothesis.inner_test)()


def check_sequences(make_app: Callable[[], ASGIApp], key: str, examples: int = 25) -> None:
    """Follows the links of the document: what one call makes, others read, change and remove.

    Args:
        make_app: Makes an app, whose state is its own, and which lets wrong keys be tried.
        key: A key that may do everything, without limits.
        examples: Sequences of calls.
    """
    for number in range(_MOST_TRIES):
        try:
            _check_sequences(make_app, key, examples, number)
        except FlakyStrategyDefinition:  # Schemathesis mixes values of earlier answers in, which differ between runs
            if number == _MOST_TRIES - 1:
                raise
        else:
            break


def _check_sequences(make_app: Callable[[], ASGIApp], key: str, examples: int, number: int) -> None:
    schema = _schemathesis().openapi.from_asgi("/openapi.json", make_app())

    class Machine(schema.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": {"X-API-Key": key}}

        def validate_response(self, response: Any, case: Any, **options: Any) -> None:
            case.validate_response(response, checks=_checks())

    # Other sequences in each try: those that differed once would differ again.
    seed(number)(Machine).run(
        settings=settings(
            max_examples=examples,
            stateful_step_count=6,
            derandomize=True,
            deadline=None,
            database=None,
            phases=_PHASES,
            suppress_health_check=[*HealthCheck],
        )
    )
