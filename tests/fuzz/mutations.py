"""Changes of sound files that keep their structure: of cells, rows and headers, of JSON values and keys, of bytes."""

from __future__ import annotations

import copy
import csv
import gzip
import io
import json
import zipfile
from random import Random
from typing import Any

from odd_texts import odd_number, odd_text
from seeds import TABLES, Grid

from dwell.testing.mutate import ODD_VALUES, iterate_paths, value_at

_HEADERS = sorted({name for seed in TABLES for name in seed.grid[0]})
_METHODS = (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_INVISIBLE = ("\u200b", "\ufeff", "\u00ad", "\u00a0", "\u202e", " ", "\t")
_KEYS = (
    "id", "video_id", "aweme_id", "playCount", "play_count", "stats", "statsV2", "author", "data", "items", "comments",
    "Date", "Link", "Likes", "url", "views", "itemList", "duration", "createTime", "", "0", "a/b", "~1", "*",
)  # fmt: skip
_SPLICES = (
    b"\0", b"\xff", b"\xef\xbb\xbf", b"\r", b"\n", b'"', b",", b";", b"{", b"}", b"[", b"]", b"\x80", b"\xed\xa0\x80",
    b"null", b"NaN", b"1e999", b"\\ud800", b"\\u0000", b"sep=;\n", b"=", b"-", b"PK\x03\x04", b"\x1f\x8b",
    b"<!DOCTYPE a>", b"9" * 30, b"\n" * 50, b" " * 5000, b"[" * 2000, b'{"a":' * 2000, b"x" * 100_000,
)  # fmt: skip


def mutate_cells(grid: Grid, random: Random, most: int = 12) -> Grid:
    """Some cells hold something else; header and rows stay."""
    changed = [list(row) for row in grid]
    for _ in range(random.randint(1, most)):
        row = random.choice(changed[1:])
        row[random.randrange(len(row))] = odd_number(random) if random.randrange(3) == 0 else odd_text(random)
    return changed


def mutate_table(grid: Grid, random: Random) -> Grid:
    """Headers, rows and columns change, too."""
    changed = mutate_cells(grid, random)
    for _ in range(random.randint(0, 4)):
        _change_structure(changed, random)
    return changed


def _change_structure(grid: Grid, random: Random) -> None:
    header, row = grid[0], random.choice(grid)
    place = random.randrange(len(header)) if header else 0
    match random.randrange(12):
        case 0 if header:
            header[place] = random.choice(_HEADERS)
        case 1 if header:
            header[place] = header[place] + random.choice(
                (" (%)", "_ms", " (min)", " (s)", " hours", " pct", *_INVISIBLE)
            )
        case 2 if header:
            header[place] = random.choice((odd_text(random), "", header[place].upper(), header[place][::-1]))
        case 3:
            for each in grid:
                del each[place : place + 1]
        case 4:
            for number, each in enumerate(grid):
                each.insert(place, random.choice(_HEADERS) if not number else odd_text(random))
        case 5:
            grid.append(list(row))
        case 6:
            del row[random.randrange(len(row) + 1) :]
        case 7:
            row.append(odd_text(random))
        case 8:
            grid.insert(random.randrange(len(grid) + 1), random.choice(([], [""], ["Total", "12"], [odd_text(random)])))
        case 9:
            del grid[random.randrange(len(grid)) :]
        case 10:
            grid[:] = [list(each) for each in zip(*grid, strict=False)]
        case _:
            random.shuffle(grid)
    if not grid:
        grid.append([""])


def write_table(grid: Grid, random: Random, *, plain: bool = False) -> bytes:
    """The table as text; delimiter, line ends, quotes, encoding and what stands above the header vary."""
    out = io.StringIO()
    delimiter = "," if plain else random.choice(",,,;\t|")
    end = "\n" if plain else random.choice(("\n", "\n", "\r\n", "\r"))
    quoting = csv.QUOTE_MINIMAL if plain else random.choice((csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(grid)
    text = out.getvalue()
    if plain:
        return text.encode("utf-8", "surrogatepass")
    if random.randrange(8) == 0:
        text = random.choice((f"sep={delimiter}{end}", end, f"Report{end}{end}", f"a,b{end}", "\0")) + text
    if random.randrange(8) == 0:
        text = text.rstrip("\r\n")
    encoding = random.choice(("utf-8",) * 8 + ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"))
    return text.encode(encoding, "surrogatepass" if encoding.startswith("utf") else "replace")


def mutate_json(document: Any, random: Random) -> Any:
    """One to four values are missing, odd, moved, wrapped or under another key."""
    changed = copy.deepcopy(document)
    for _ in range(random.randint(1, 4)):
        places = list(iterate_paths(changed))
        if not places:
            return changed
        place = random.choice(places)
        box, key = value_at(changed, place[:-1]), place[-1]
        value = box[key]
        match random.randrange(9):
            case 0:
                del box[key]
            case 1:
                box[key] = copy.deepcopy(value_at(changed, random.choice(places)))
            case 2:
                box[key] = random.choice(([value], {"data": value}, {"0": value}, [value, value], {str(key): value}))
            case 3 if isinstance(box, dict):
                box[random.choice(_KEYS)] = box.pop(key)
            case 4:
                box[key] = str(value)
            case 5:
                box[key] = odd_number(random) if random.randrange(2) else odd_text(random)
            case 6:
                box[key] = random.choice(
                    (random.randrange(-5, 10**7), random.random() * 1000, float(random.randrange(10**6)))
                )
            case _:
                box[key] = copy.deepcopy(random.choice(ODD_VALUES))
    return changed


def write_json(document: Any, random: Random, *, lines: bool) -> bytes:
    """The value as a document, as JSON lines, or wrapped; with or without indentation, a BOM and escapes."""
    ascii_only = random.randrange(3) > 0
    if lines and isinstance(document, list) and random.randrange(3):
        text = "\n".join(json.dumps(one, ensure_ascii=ascii_only) for one in document) + random.choice(
            ("\n", "", "\n\n")
        )
    else:
        whole = random.choice(
            (document, document, document, [document], {"data": document}, {"1": document, "2": document})
        )
        text = json.dumps(whole, ensure_ascii=ascii_only, indent=random.choice((None, None, 1)))
    if random.randrange(10) == 0:
        text = random.choice(
            (text + text, f"{text}\n{text}", f"null\n{text}", f"{text[:-1]}", f"\n \n{text}", f"{text},", f"[{text}")
        )
    encoding = random.choice(("utf-8",) * 8 + ("utf-8-sig", "utf-16", "utf-16-le"))
    return text.encode(encoding, "surrogatepass")


def mutate_bytes(data: bytes, random: Random) -> bytes:
    """A few bytes changed, cut out, repeated, or put in."""
    changed = bytearray(data)
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(changed) + 1)
        to = min(len(changed), at + random.choice((1, 2, 4, 16, 64, 4096)))
        match random.randrange(7):
            case 0:
                del changed[at:to]
            case 1:
                del changed[at:]
            case 2:
                changed[at:at] = random.choice(_SPLICES)
            case 3:
                changed[at:at] = changed[at:to] * random.choice((1, 2, 20))
            case 4:
                changed[at:to] = bytes(random.randrange(256) for _ in range(min(16, to - at)))
            case 5 if at < len(changed):
                changed[at] ^= 1 << random.randrange(8)
            case _ if at < len(changed):
                changed[at] = random.choice((0, 255, 10, 34, 44))
    return bytes(changed)


def pack(name: str, data: bytes, random: Random) -> tuple[str, bytes]:
    """The file, sometimes compressed, sometimes with others beside it."""
    match random.randrange(8):
        case 0:
            return f"{name}.gz", gzip.compress(data, 1, mtime=0)
        case 1:
            return "export.zip", zip_of({name: data}, random.choice(_METHODS))
        case 2:
            return "export.zip", zip_of(
                {name: data, "readme.txt": b"hello", "b/" + name: data}, random.choice(_METHODS)
            )
        case _:
            return name, data


def zip_of(members: dict[str, bytes], method: int) -> bytes:
    """A zip without the time of the run."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()
