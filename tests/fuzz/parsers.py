"""Answers of providers: each object, changed, is parsed, and says no number that was not in it."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import msgspec
from mutations import mutate_bytes, mutate_json
from notes import note
from oracles import numbers_of_json
from readings import says
from seeds import provider_samples

from dwell.errors import DwellError
from dwell.providers.base import Provider
from dwell.providers.provider_registry import PROVIDERS
from dwell.records.item import ParseError
from dwell.testing.expect import make_response, only_dwell_errors, subject_of
from dwell.testing.mutate import iterate_paths, value_at
from dwell.testing.payloads import ITEMS, check_item


def check_objects(random: Random) -> None:
    """One object of a provider with values that are its own, changed: every number of what it becomes is in it.

    Raises:
        AssertionError: A number was made up, or a parser raised what is no error of dwell's.
    """
    name = random.choice(sorted(provider_samples()))
    parser = PROVIDERS[name].parser if name in PROVIDERS else PROVIDERS[name.split("_")[0]].parser
    tree = provider_samples()[name]
    objects = [one for one in (value_at(tree, place) for place in iterate_paths(tree)) if isinstance(one, dict)]
    item = mutate_json(_with_own_numbers(random.choice(objects), random), random)
    if not isinstance(item, dict):
        return
    note(f"{name}: {json.dumps(item)}")
    only_dwell_errors("entity()", parser.entity, item)
    numbers = numbers_of_json(item)
    for kind in ITEMS:
        parse = getattr(parser, kind, None)
        if parse is None:
            continue
        made = only_dwell_errors(f"parsing a {kind}", parse, item)
        check_item(kind, made)
        if not isinstance(made, ParseError):
            _check_numbers(kind, made, numbers)


def check_answers(random: Random) -> None:
    """The bytes of an answer, changed: it is read, or refused as dwell refuses, and so is each of its objects."""
    name = random.choice(sorted(provider_samples().keys() & PROVIDERS.keys()))
    provider: Provider = PROVIDERS[name]
    what = random.choice(sorted(provider_samples()[name]))
    request: Any = _request(provider, what)
    body = mutate_bytes(json.dumps(provider_samples()[name][what], ensure_ascii=False).encode(), random)
    note(f"{name} {what}: {body[:4000]!r}")
    response = make_response(body, status=random.choice((200, 200, 200, 200, 404, 429, 500)))
    charged = only_dwell_errors("credits_charged()", provider.credits_charged, request, response)
    assert isinstance(charged, int)
    assert charged >= 0
    payload = only_dwell_errors("read()", provider.read, request, response)
    if isinstance(payload, DwellError):
        return
    if what in provider.streams:
        page = only_dwell_errors("page()", provider.page, what, payload)
        parse = getattr(provider.parser, provider.streams[what].item)
        for item in page.items:
            check_item(provider.streams[what].item, only_dwell_errors("parsing", parse, item))
    else:
        only_dwell_errors("subject()", provider.subject, what, payload)
        only_dwell_errors("total()", provider.total, what, payload)


def _request(provider: Provider, what: str) -> Any:
    if what in provider.streams:
        page_size = provider.streams[what].page_size
        return provider.listing(what, subject_of(what), cursor=None, count=page_size)
    lookup: Any = what
    return provider.lookup(lookup, subject_of(what))


def _with_own_numbers(item: Any, random: Random) -> Any:
    """A copy in which each number stands once and none is 0; ids and times stay."""
    if isinstance(item, dict):
        return {key: _with_own_numbers(value, random) for key, value in item.items()}
    if isinstance(item, list):
        return [_with_own_numbers(value, random) for value in item]
    if type(item) is int and item < 10**9:
        return random.randrange(10**5, 10**6)
    if type(item) is float:
        return random.randrange(1, 10**6) / 10**6
    if isinstance(item, str) and item.isdecimal() and len(item) < 10:
        return str(random.randrange(10**5, 10**6))
    return item


def _check_numbers(kind: str, made: msgspec.Struct, numbers: Any) -> None:
    for value in _numbers(msgspec.to_builtins(made, builtin_types=())):
        assert says(numbers, value), f"a {kind} has {value!r}, which the object does not say: {made}"


def _numbers(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [number for child in value.values() for number in _numbers(child)]
    if isinstance(value, (list, tuple)):
        return [number for child in value for number in _numbers(child)]
    return [value] if isinstance(value, (int, float)) and not isinstance(value, bool) else []
