"""Equal values of two engines: exact, but numbers to 1e-9, and instants with or without their zone."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any


def same(left: Any, right: Any) -> bool:
    if isinstance(left, float) or isinstance(right, float):
        return left is not None and right is not None and math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-15)
    if isinstance(left, datetime) and left.tzinfo is None:
        return right is not None and left.replace(tzinfo=UTC) == right
    return bool(left == right)
