"""JSON that is damaged in one place: what a vendor sends on a bad day."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from random import Random
from typing import Any

ODD_VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2**63, 10**30, 1.5, 7.350810998023949e18, "", "x", "0", "12", "7350810998023949599",
    "v09044g40000cxexample", "17.7K", "=?utf-8?b?////?=", "\ud800", "\x00", [], {}, [None], [[]], ["x", 1, {}],
    {"": {}}, {"id": []},
)  # fmt: skip
"""Values of every type, at their limits."""

JsonPath = tuple[str | int, ...]


def mutate(tree: Any, random: Random) -> Any:
    """A copy in which one to three values are missing, odd, or replaced by the value of another place."""
    changed = copy.deepcopy(tree)
    for _ in range(random.randint(1, 3)):
        paths = list(iterate_paths(changed))
        if not paths:
            return changed
        place = random.choice(paths)
        box = value_at(changed, place[:-1])
        match random.randrange(4):
            case 0:
                del box[place[-1]]
            case 1:
                box[place[-1]] = copy.deepcopy(value_at(changed, random.choice(paths)))
            case _:
                box[place[-1]] = copy.deepcopy(random.choice(ODD_VALUES))
    return changed


def iterate_paths(tree: Any, here: JsonPath = ()) -> Iterator[JsonPath]:
    """The path of every value below the root of a tree."""
    branches: Any = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in branches:
        yield (*here, key)
        yield from iterate_paths(value, (*here, key))


def value_at(tree: Any, place: JsonPath) -> Any:
    """The value at a path."""
    for key in place:
        tree = tree[key]
    return tree
