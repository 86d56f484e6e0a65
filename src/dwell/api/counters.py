"""What the API counts of itself, and all counts as Prometheus reads them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from dwell.tracking.metrics import Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BOUNDS_S = (0.005, 0.02, 0.1, 0.5, 2.0, 10.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class ApiCounters:
    """Requests by route and status, and how long they took. Only the event loop counts, so nothing is locked."""

    def __init__(self) -> None:
        self._requests: dict[tuple[str, str, int], int] = {}
        self._buckets = [0] * (len(_BOUNDS_S) + 1)
        self._seconds = 0.0

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts a request."""
        key = method if method in _METHODS else "other", route, status
        self._requests[key] = self._requests.get(key, 0) + 1
        self._buckets[sum(seconds > bound for bound in _BOUNDS_S)] += 1
        self._seconds += seconds

    def lines(self) -> Iterator[str]:
        """The counts in Prometheus's text format."""
        samples: dict[tuple[tuple[str, str], ...], float] = {
            (("method", method), ("route", route), ("status", str(status))): float(number)
            for (method, route, status), number in self._requests.items()
        }
        yield from _lines(Metric("dwell_api_requests_total", "counter", "Requests that were answered.", samples))
        name = "dwell_api_request_seconds"
        yield f"# HELP {name} How long requests took."
        yield f"# TYPE {name} histogram"
        total = 0
        for bound, number in zip((*map(str, _BOUNDS_S), "+Inf"), self._buckets, strict=True):
            total += number
            yield f'{name}_bucket{{le="{bound}"}} {total}'
        yield f"{name}_sum {self._seconds:.6f}"
        yield f"{name}_count {total}"


def render(counters: ApiCounters, metrics: Iterable[Metric]) -> str:
    """The page that Prometheus reads."""
    lines = [line for metric in metrics for line in _lines(metric)]
    return "\n".join([*counters.lines(), *lines, ""])


def _lines(metric: Metric) -> Iterator[str]:
    yield f"# HELP {metric.name} {_escape(metric.help)}"
    yield f"# TYPE {metric.name} {metric.kind}"
    for labels, value in metric.samples.items():
        inner = ",".join(f'{name}="{_escape(text, quoted=True)}"' for name, text in labels)
        yield f"{metric.name}{f'{{{inner}}}' if inner else ''} {_number(value)}"


def _number(value: float) -> str:
    return "NaN" if math.isnan(value) else str(int(value)) if value == int(value) else repr(float(value))


def _escape(text: str, *, quoted: bool = False) -> str:
    text = text.replace("\\", "\\\\").replace("\n", "\\n")
    return text.replace('"', '\\"') if quoted else text
