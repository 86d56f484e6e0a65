from __future__ import annotations

import gzip
import hashlib
import io
import stat
import struct
import warnings
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from dwell.errors import BadFileError, StorageError, UnknownFormatError
from dwell.providers import archive, opening, workbook
from dwell.providers.format_registry import read
from dwell.records import Extract, Hints, SourceFile

CSV = "url,views,likes\nhttps://www.tiktok.com/@ana/video/7350810998023949599,120,3\n"
Opened = Callable[..., SourceFile]


def only(file: SourceFile) -> Extract:
    (extract,) = file.extracts
    return extract


def packed(files: dict[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive_:
        for name, content in files.items():
            archive_.writestr(name, content)
    return out.getvalue()


def test_a_plain_file_is_used_where_it_lies(opened: Opened, tmp_path: Path) -> None:
    file = opened(CSV)
    assert only(file).path == tmp_path / "file.csv"
    assert file.digest == hashlib.sha256(CSV.encode()).hexdigest()
    assert file.warnings == ()


@pytest.mark.parametrize("bom", ["\ufeff", ""])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_spellings_of_a_csv(opened: Opened, bom: str, end: str, delimiter: str) -> None:
    extract = only(opened(bom + CSV.replace(",", delimiter).replace("\n", end)))
    assert extract.delimiter == delimiter
    assert extract.shape.columns["views"].names == ("views",)
    assert extract.shape.columns["url"].names == ("url",)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_its_mark(opened: Opened, encoding: str) -> None:
    file = opened(CSV.replace("likes", "likes,title").replace(",3\n", ",3,café 🍝\n").encode(encoding))
    assert only(file).path.read_text("utf-8").endswith("café 🍝\n")
    assert file.warnings == ("file.csv: columns not imported: title.",) or file.warnings == ()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "cp1252", "latin-1"])
def test_other_encodings_become_utf8(opened: Opened, encoding: str) -> None:
    text = CSV.replace("likes", "likes,title").replace(",3\n", ",3,café\n")
    content = text.encode(encoding) if encoding != "utf-16-be" else b"\xfe\xff" + text.encode(encoding)
    file = opened(content)
    assert only(file).path.read_text("utf-8").lstrip("\ufeff") == text
    assert bool(file.warnings) == (encoding in {"cp1252", "latin-1"})


def test_a_file_of_two_encodings_keeps_all_its_accents(opened: Opened) -> None:
    content = (
        CSV.encode()
        + "https://www.tiktok.com/@ana/video/7350810998023949600,1,é\n".encode()
        + "x,2,é\n".encode("cp1252")
    )
    assert only(opened(content)).path.read_text("utf-8").count("é") == 2


def test_nul_characters_are_dropped_and_named(opened: Opened) -> None:
    file = opened((CSV + "\0").encode())
    assert "\0" not in only(file).path.read_text("utf-8")
    assert file.warnings == ("file.csv: 1 NUL characters were dropped.",)


def test_json_loses_its_bom(opened: Opened) -> None:
    item = '{"id": "7350810998023949599", "author": {"uniqueId": "ana"}, "video": {}, "stats": {"playCount": 1}}\n'
    extract = only(opened("\ufeff" + item * 2, "file.jsonl"))
    assert extract.path.read_bytes().startswith(b"{")


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n" + bytes(400), b"%PDF-1.7 ...", b"PAR1" + bytes(20)])
def test_what_is_no_text_is_refused(opened: Opened, content: bytes) -> None:
    with pytest.raises(BadFileError):
        opened(content)


def test_a_missing_file_and_a_folder(tmp_path: Path, scratch: Path) -> None:
    with pytest.raises(BadFileError, match="no file"):
        read(tmp_path / "missing.csv", Hints(), scratch)
    with pytest.raises(BadFileError, match="is a folder"):
        read(tmp_path, Hints(), scratch)


def test_an_unwritable_scratch_folder_is_a_storage_error(opened: Opened, scratch: Path) -> None:
    scratch.write_text("a file where the folder should be")
    with pytest.raises(StorageError, match="free space"):
        opened(gzip.compress(CSV.encode()), "file.csv.gz")


def test_gzip_is_read_through(opened: Opened) -> None:
    content = gzip.compress(CSV.encode())
    file = opened(content, "file.csv.gz")
    assert only(file).path.read_text() == CSV
    assert file.digest == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("cut", [20, 60])
def test_a_truncated_gzip_is_refused(opened: Opened, scratch: Path, cut: int) -> None:
    with pytest.raises(BadFileError, match="cut off or damaged"):
        opened(gzip.compress((CSV * 50).encode())[:cut], "file.csv.gz")
    assert not any(path.stat().st_size for path in scratch.iterdir())


def test_gzip_with_rubbish_in_it_is_refused(opened: Opened) -> None:
    content = bytearray(gzip.compress((CSV * 50).encode()))
    content[-6] ^= 255
    with pytest.raises(BadFileError, match="damaged"):
        opened(bytes(content), "file.csv.gz")


def test_a_bomb_is_stopped_by_its_ratio(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "UNCHECKED_BYTES", 1 << 20)
    with pytest.raises(BadFileError, match="200 times its size or 64 GB"):
        opened(gzip.compress(bytes(8 << 20)), "bomb.csv.gz")
    with pytest.raises(BadFileError, match="200 times its size or 64 GB"):
        opened(packed({"bomb.csv": bytes(8 << 20)}), "bomb.zip")


def test_a_bomb_is_stopped_by_its_size(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DWELL_MAX_UNPACKED", "1000")
    with pytest.raises(BadFileError, match="would unpack to more"):
        opened(packed({"a.csv": "a" * 1500}), "big.zip")
    with pytest.raises(BadFileError, match="times its size"):
        opened(gzip.compress(b"a" * 1500), "big.csv.gz")


def test_a_zip_whose_directory_lies_about_sizes(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    content = bytearray(packed({"a.csv": "a" * 5000}))
    entry = content.index(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = struct.pack("<I", 10)
    monkeypatch.setenv("DWELL_MAX_UNPACKED", "1000")
    with pytest.raises(BadFileError):
        opened(bytes(content), "lying.zip")


def test_an_entry_without_a_name_is_refused(opened: Opened) -> None:
    content = packed({"b.csv": "a"})
    with pytest.raises(BadFileError, match="a file without a name: unpack it"):
        opened(content.replace(b"b.csv", b"\0.csv"), "nameless.zip")


@pytest.mark.parametrize("name", ["../evil.csv", "/etc/evil.csv", "a/../../evil.csv", "C:/evil.csv", "..\\evil.csv"])
def test_entries_that_point_outside_are_refused(opened: Opened, tmp_path: Path, name: str) -> None:
    with pytest.raises(BadFileError, match="outside its folder"):
        opened(packed({name: CSV}), "file.zip")
    assert not (tmp_path.parent / "evil.csv").exists()


def test_links_encryption_and_nested_archives_are_refused(opened: Opened) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        info = zipfile.ZipInfo("link.csv")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(info, "/etc/passwd")
    with pytest.raises(BadFileError, match="a link"):
        opened(out.getvalue(), "link.zip")
    content = bytearray(packed({"a.csv": CSV}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(BadFileError, match="encrypted"):
        opened(bytes(content), "secret.zip")
    with pytest.raises(BadFileError, match="within a packed file"):
        opened(packed({"inner.zip": packed({"a.csv": CSV})}), "outer.zip")


def test_too_many_entries_are_refused(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DWELL_MAX_MEMBERS", "2")
    with pytest.raises(BadFileError, match="3 files"):
        opened(packed({f"{n}.csv": CSV for n in range(3)}), "many.zip")


def test_side_files_of_a_zip_are_skipped(opened: Opened) -> None:
    file = opened(packed({"__MACOSX/._a.csv": b"\0\1", "a.csv": CSV, "b/.DS_Store": b"\0"}), "mac.zip")
    assert only(file).path.read_text() == CSV
    with pytest.raises(BadFileError, match="empty zip"):
        opened(packed({"__MACOSX/x": b"1"}), "none.zip")


@pytest.mark.parametrize("cut", [30, 90])
def test_a_truncated_zip_is_refused(opened: Opened, cut: int) -> None:
    with pytest.raises(BadFileError, match="cut off or damaged"):
        opened(packed({"a.csv": CSV * 20})[:cut], "cut.zip")


def test_a_zip_with_a_damaged_entry_is_refused(opened: Opened) -> None:
    content = packed({"a.csv": CSV * 20}).replace(b"a.csv", b"a.csv", 1)
    damaged = bytearray(content)
    damaged[60] ^= 255
    with pytest.raises(BadFileError, match="damaged"):
        opened(bytes(damaged), "bad.zip")


def test_a_gzip_within_a_zip_is_refused_with_a_cure(opened: Opened) -> None:
    with pytest.raises(BadFileError, match="unpack the outer one"):
        opened(packed({"a.csv.gz": gzip.compress(CSV.encode())}), "a.zip")


def test_memory_stays_bounded_on_a_large_file(opened: Opened, tmp_path: Path, scratch: Path) -> None:
    import tracemalloc

    path = tmp_path / "large.csv"
    row = "https://www.tiktok.com/@ana/video/7350810998023949599,120,3\n" * 20_000
    with path.open("w") as out:
        out.write("url,views,likes\n")
        for _ in range(50):
            out.write(row)
    tracemalloc.start()
    read(path, Hints(), scratch)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert path.stat().st_size > 55 << 20
    assert peak < 30 << 20


def _workbook(rows: list[list[object]], formats: dict[str, str] | None = None) -> bytes:
    from openpyxl import Workbook

    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    for cell, number_format in (formats or {}).items():
        book.active[cell].number_format = number_format
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book.save(out)
    return out.getvalue()


def test_a_workbook_is_a_csv_of_what_it_shows(opened: Opened) -> None:
    url = "https://www.tiktok.com/@ana/video/7350810998023949599"
    rows = [
        ["url", "views", "avg watch time", "watched full video", "posted at"],
        [url, 1200, 3.5, 0.125, datetime.fromisoformat("2024-03-05T09:30")],
    ]
    extract = only(opened(_workbook(rows, {"D2": "0.0%"}), "file.xlsx"))
    assert extract.path.read_text().splitlines()[1] == f"{url},1200,3.5,12.5%,2024-03-05 09:30:00"
    assert extract.shape.columns["full_watch_rate"].unit == "undecided"


@pytest.mark.parametrize("above", [[], [["Export of March"], []]])
def test_a_sheet_leaves_out_the_empty_cells_that_end_a_row(opened: Opened, above: list[list[object]]) -> None:
    """Such rows were rejects: fewer cells than the header."""
    url = "https://www.tiktok.com/@ana/video/735081099802394959"
    rows: list[list[object]] = [[f"{url}{number}", 5 + number, *(["x"] if number == 4 else [])] for number in range(6)]
    extract = only(opened(_workbook([*above, ["url", "views", "notes"], *rows]), "file.xlsx"))
    assert extract.path.read_text().splitlines()[-6:-4] == [f"{url}0,5,", f"{url}1,6,"]


def test_a_workbook_with_a_formula_is_refused(opened: Opened) -> None:
    with pytest.raises(BadFileError, match="formulas"):
        opened(_workbook([["url", "views"], ["x", "=1+1"]]), "file.xlsx")


def test_a_workbook_with_a_dtd_is_refused(opened: Opened) -> None:
    content = _workbook([["url", "views"], ["x", 1]])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            part = before.read(name)
            if name == "xl/worksheets/sheet1.xml":
                part = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaa">]>' + part.split(b"?>", 1)[-1]
            after.writestr(name, part)
    with pytest.raises(BadFileError, match="DTD"):
        opened(out.getvalue(), "file.xlsx")


def test_an_empty_or_damaged_workbook_is_refused(opened: Opened) -> None:
    with pytest.raises(BadFileError, match="no sheet"):
        opened(_workbook([]), "file.xlsx")
    with pytest.raises(BadFileError):
        opened(packed({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "rubbish"}), "file.xlsx")


def test_a_half_written_copy_is_removed(tmp_path: Path) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"first"
        raise OSError(28, "No space left on device")

    target = tmp_path / "copy"
    with pytest.raises(StorageError, match="No space left"):
        opening.write_chunks(target, chunks())
    assert not target.exists()


def test_a_character_cut_by_a_chunk_is_whole(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "CHUNK", 3)
    text = CSV.replace("likes", "likes,title").replace(",3\n", ",3,日é日\n")
    assert opened(text).warnings == ()
    cut = (CSV.encode() + "é".encode()[:1]) + b"abcdef"
    assert "not all UTF-8" in opened(cut).warnings[0]


@pytest.mark.parametrize(
    ("place", "what"),
    [("offset", "damaged"), ("start", "damaged"), ("method", "damaged"), ("name", "not in the encoding")],
)
def test_a_zip_with_a_damaged_directory_is_refused(opened: Opened, place: str, what: str) -> None:
    """Found by fuzzing: Python's reader then raises errors of many kinds, an OSError among them."""
    content = bytearray(packed({"a.csv": CSV, "b.csv": CSV}))
    entry, end = content.rindex(b"PK\x01\x02"), content.rindex(b"PK\x05\x06")
    match place:
        case "offset":
            content[entry + 42 : entry + 46] = b"\xff\xff\xff\xf0"
        case "start":
            content[end + 16 : end + 20] = struct.pack("<I", struct.unpack_from("<I", content, end + 16)[0] + 50)
        case "method":
            content[entry + 10 : entry + 12] = struct.pack("<H", zipfile.ZIP_LZMA)
        case _:
            content[entry + 8 : entry + 10] = struct.pack("<H", 0x800)
            content[entry + 46] = 0xFF
    with pytest.raises(BadFileError, match=what):
        opened(bytes(content), "files.zip")


@pytest.mark.parametrize(
    ("content", "format_", "what"),
    [('[{"a": 1}]', "youtube-shorts", "JSON"), (CSV, "contentstats", "a table"), (CSV, "scavio", "a table")],
)
def test_a_format_that_was_named_reads_only_what_it_may_be(
    opened: Opened, content: str, format_: str, what: str
) -> None:
    with pytest.raises(UnknownFormatError, match=f"is {what}, which {format_} is not"):
        opened(content, format=format_)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("name", ["xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.dat"])
def test_a_dtd_is_refused_in_any_encoding_and_under_any_name(tmp_path: Path, encoding: str, name: str) -> None:
    sheet = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e "7">]><worksheet><c><v>&e;</v></c></worksheet>'
    text = sheet if encoding == "utf-8" else sheet.replace("?>", f' encoding="{encoding[:6]}"?>', 1)
    data = ("\ufeff" if encoding == "utf-16-le" else "") + text
    file = tmp_path / "book.xlsx"
    with zipfile.ZipFile(file, "w") as archive_file:
        archive_file.writestr("[Content_Types].xml", "<Types/>")
        archive_file.writestr("xl/workbook.xml", "<workbook/>")
        archive_file.writestr(name, data.encode(encoding))
    with pytest.raises(BadFileError, match="DTD"):
        workbook.read_sheets("book.xlsx", file, tmp_path / "scratch")


def test_a_cell_and_a_part_of_a_workbook_have_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "book.xlsx"
    with zipfile.ZipFile(file, "w") as archive_file:
        archive_file.writestr("xl/workbook.xml", "<workbook/>")
        archive_file.writestr("xl/sharedStrings.xml", f"<sst><si><t>{'c' * 2000}</t></si></sst>")
    monkeypatch.setenv("DWELL_MAX_CELL", "1000")
    with pytest.raises(BadFileError, match="a cell of more than 1,000 characters"):
        workbook.read_sheets("book.xlsx", file, tmp_path / "scratch")
    monkeypatch.setenv("DWELL_MAX_CELL", "5000")
    monkeypatch.setenv("DWELL_MAX_WORKBOOK", "1KB")
    with pytest.raises(BadFileError, match="a part of more than 1 KB"):
        workbook.read_sheets("book.xlsx", file, tmp_path / "scratch")
