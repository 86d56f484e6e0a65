"""The properties that fuzzing tests: what is drawn, what is done with it, and what must then be true."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import parquet_files
import parsers
import round_trips
import workbooks
from importing import Importer, Outcome
from mutations import mutate_bytes, mutate_cells, mutate_json, mutate_table, pack, write_json, write_table
from notes import note
from odd_texts import odd_number, odd_text
from oracles import check_cells, check_numbers, numbers_of_grid, numbers_of_json
from readings import numbers_in, says
from seeds import TABLES, json_seeds, real_files

from dwell.providers.format_registry import FORMATS
from dwell.records import TABLES as RECORDS
from dwell.records import Hints
from dwell.text.number_evidence import Kind
from dwell.text.number_style import NumberStyle, number_style
from dwell.text.numbers import parse_count, parse_decimal, parse_seconds, parse_share

Check = Callable[[Importer, Random], None]


@dataclass(frozen=True)
class Property:
    """One property.

    Attributes:
        check: Draws a case from the random source, and raises where the property does not hold.
        examples: How many cases a run of the tests draws.
    """

    check: Check
    examples: int


_PARSERS: dict[Kind, tuple[Callable[[str, NumberStyle], float | None], ...]] = {
    "count": (parse_count,),
    "length": (parse_seconds,),
    "share": (
        parse_decimal,
        lambda text, style: parse_share(text, percent=False, style=style),
        lambda text, style: parse_share(text, percent=True, style=style),
    ),
}
_OPTIONS: dict[str, tuple[Any, ...]] = {
    "decimal": (".", ","), "tz": ("Europe/Berlin", "Asia/Kathmandu"), "dates": ("dmy", "mdy"), "percent": (True, False),
    "suffixes": ({"b": 1000}, {"mil.": 10**6}), "columns": ({"views": "Views"}, {"likes": "Likes", "post_id": "id"}),
    "format": tuple(FORMATS), "as_of": (None, "2026-11-20T10:00+02:00"), "niche": ("cooking",),
    "handle": ("@A.B", "chan.one"),
}  # fmt: skip
"""What a user may state besides."""
_SERIES = frozenset({"studio-overview", "studio-viewers", "studio-history", "studio-activity"})
PROPERTIES: dict[str, Property] = {}


def fuzzed(examples: int) -> Callable[[Check], Check]:
    """Lists a function among the properties."""

    def register(check: Check) -> Check:
        PROPERTIES[check.__name__] = Property(check, examples)
        return check

    return register


def draw_hints(random: Random, **given: Any) -> Hints:
    """What a user may state; mostly little."""
    options: dict[str, Any] = {"as_of": "2026-11-20"}
    for name, values in _OPTIONS.items():
        if random.randrange(10) == 0:
            options[name] = random.choice(values)
    return Hints(**(options | given))


def run(importer: Importer, name: str, data: bytes, hints: Hints, **how: Any) -> Outcome:
    """One import; a failure tells the file and the options."""
    shown = data if len(data) <= 4_000 else data[:4_000] + b"..."
    note(f"file {name!r} of {len(data)} bytes: {shown!r}\nhints: {hints}")
    return importer.run(name, data, hints, **how)


@fuzzed(examples=4)
def odd_cells_of_every_table(importer: Importer, random: Random) -> None:
    seed = random.choice(TABLES)
    grid = mutate_cells(seed.grid, random, most=25)
    hints = draw_hints(random, handle=seed.handle, format=None, columns={}, percent=None)
    outcome = run(importer, seed.file, write_table(grid, random, plain=True), hints)
    check_numbers(outcome, numbers_of_grid(grid))
    check_cells(outcome, seed, grid)


@fuzzed(examples=3)
def tables_of_another_structure(importer: Importer, random: Random) -> None:
    seed = random.choice(TABLES)
    grid = mutate_table(seed.grid, random)
    name, data = pack(seed.file, write_table(grid, random), random)
    check_numbers(run(importer, name, data, draw_hints(random, handle=seed.handle)), numbers_of_grid(grid))


@fuzzed(examples=5)
def json_of_another_structure(importer: Importer, random: Random) -> None:
    seed = random.choice(json_seeds())
    document = mutate_json(seed.document, random)
    name, data = pack("file.json", write_json(document, random, lines=seed.lines), random)
    numbers = numbers_of_json(document)
    check_numbers(run(importer, name, data, draw_hints(random)), lambda _: numbers)


@fuzzed(examples=3)
def workbooks_of_odd_cells(importer: Importer, random: Random) -> None:
    seed = random.choice(TABLES)
    grid, data = workbooks.write_workbook(mutate_table(seed.grid, random), random)
    hints = draw_hints(random, handle=seed.handle)
    check_numbers(run(importer, "book.xlsx", data, hints), numbers_of_grid(grid))


@fuzzed(examples=100)
def bytes_of_every_text(importer: Importer, random: Random) -> None:
    name, data = _sound_file(random)
    name, data = pack(name, mutate_bytes(data, random), random)
    run(importer, name, data, draw_hints(random), only_read=True)


@fuzzed(examples=3)
def loads_of_damaged_bytes(importer: Importer, random: Random) -> None:
    name, data = _sound_file(random)
    run(importer, name, mutate_bytes(data, random), draw_hints(random))


@fuzzed(examples=60)
def bytes_of_every_packing(importer: Importer, random: Random) -> None:
    name, data = _sound_file(random)
    packed = ""
    while packed in {"", name}:
        packed, content = pack(name, data, random)
    run(importer, packed, mutate_bytes(content, random), draw_hints(random), only_read=True)


@fuzzed(examples=12)
def bytes_of_workbooks(importer: Importer, random: Random) -> None:
    _, data = workbooks.write_workbook(random.choice(TABLES).grid, random)
    damaged = mutate_bytes(data, random) if random.randrange(4) == 0 else workbooks.damage_parts(data, random)
    run(importer, "book.xlsx", damaged, draw_hints(random), only_read=True)


def _sound_file(random: Random) -> tuple[str, bytes]:
    if real_files() and random.randrange(4) == 0:
        return random.choice(real_files())
    if random.randrange(2):
        seed = random.choice(TABLES)
        return seed.file, write_table(seed.grid, random)
    one = random.choice(json_seeds())
    return "file.json", write_json(one.document, random, lines=one.lines)


@fuzzed(examples=200)
def objects_of_every_provider(_importer: Importer, random: Random) -> None:
    parsers.check_objects(random)


@fuzzed(examples=150)
def answers_of_every_provider(_importer: Importer, random: Random) -> None:
    parsers.check_answers(random)


@fuzzed(examples=2)
def exports_of_every_table(_importer: Importer, random: Random) -> None:
    round_trips.check_export(random.choice(list(RECORDS.values())), random.choice(round_trips.FORMS), random)


@fuzzed(examples=150)
def numbers_of_every_spelling(_importer: Importer, random: Random) -> None:
    texts = [odd_number(random) if random.randrange(2) else odd_text(random) for _ in range(random.randint(1, 5))]
    note(f"texts: {texts}")
    for kind, parse in ((kind, parse) for kind, of_kind in _PARSERS.items() for parse in of_kind):
        style = number_style(texts, kind)
        for text in texts:
            try:
                value = parse(text, style)
            except ValueError:
                continue
            assert value is None or says(numbers_in(text), value), f"{text!r} was read as {value!r}"


@fuzzed(examples=2)
def rows_in_any_order(importer: Importer, random: Random) -> None:
    """Not of Studio's series: their dates have no year, and the order of the rows tells it."""
    seed = random.choice([one for one in TABLES if one.name not in _SERIES])
    grid = mutate_cells(seed.grid, random, most=10)
    header, rows = grid[0], grid[1:]
    rows += [list(row) for row in random.sample(rows, random.randrange(3))]
    shuffled = list(rows)
    random.shuffle(shuffled)
    hints = draw_hints(random, handle=seed.handle, format=None, columns={})
    outcomes = [
        run(importer, seed.file, write_table([header, *of], random, plain=True), hints) for of in (rows, shuffled)
    ]
    first, second = ({name: sorted(map(repr, of)) for name, of in outcome.tables.items()} for outcome in outcomes)
    assert type(outcomes[0].error) is type(outcomes[1].error), f"{outcomes[0].error!r} and {outcomes[1].error!r}"
    for name in first:
        gone, new = set(first[name]) - set(second[name]), set(second[name]) - set(first[name])
        assert not gone | new, f"{name} differs with the order of the rows:\n{gone}\n{new}"


@fuzzed(examples=5)
def parquet_of_any_type(importer: Importer, random: Random) -> None:
    data = parquet_files.write_parquet(random)
    if random.randrange(3) == 0:
        data = mutate_bytes(data, random)
    run(importer, "export.parquet", data, draw_hints(random))
