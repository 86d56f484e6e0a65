"""Which files `-o` can write."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import typer

from dwell.cli.written_files import ask_to_overwrite
from dwell.disk.paths import is_folder
from dwell.disk.replace import is_special
from dwell.errors import StorageError
from dwell.records import TABLES as STORED

TABLES = (".txt", ".json", ".csv", ".xlsx")
PAGES = (".html", ".htm")
PICTURES = (".png", ".svg", ".html")


def check_output(path: Path | None, endings: Sequence[str]) -> Path | None:
    """The file itself, if it can be written; without an ending it gets text.

    Args:
        path: The file; None and `-` are stdout.
        endings: What the command can write.

    Raises:
        typer.BadParameter: Its ending is none of these.
        StorageError: Its folder does not exist, or cannot be written to.
    """
    if path is None or str(path) == "-":
        return path
    try:
        return _check_file(path, endings)
    except (OSError, ValueError) as error:  # the second of a name that no file can have
        reason = error.strerror if isinstance(error, OSError) else error
        raise StorageError(f"Cannot write {path}: {reason}; choose another file with -o.") from error


def check_export(path: Path | None, table: str, form: str | None, forms: Sequence[str]) -> str:
    """The format of an export, if its target can be written.

    Args:
        path: The file, or the folder for `all`; None and `-` are as in `check_output`.
        table: What is exported.
        form: The format that was asked for.
        forms: The formats that there are; the first is that of a target without an ending.

    Raises:
        typer.BadParameter: The ending of the target is none of these, or another than the format.
        StorageError: The target cannot be written.
    """
    if path is None or str(path) == "-":
        if path is not None and table == "all":
            raise typer.BadParameter("-o - is stdout, which is one file; name a folder for all tables.")
        if path is None and table != "all":
            ask_to_overwrite(Path(f"{table}.{form or forms[0]}"))
        return form or forms[0]
    if table == "all":
        if path.suffix.lower() in {*(f".{one}" for one in forms), *TABLES, *PICTURES}:
            raise typer.BadParameter(f"-o names a folder for all tables, and {path.name} reads as the name of a file.")
        if path.exists() and not path.is_dir():
            raise StorageError(f"Cannot write {path}: it is no folder; choose another -o.")
        for file in sorted(path.glob(f"*.{form or forms[0]}")):
            if file.stem in STORED:
                ask_to_overwrite(file)
        return form or forms[0]
    try:
        if is_special(path):
            return form or forms[0]
    except OSError as error:
        raise StorageError(f"Cannot write {path}: {error.strerror}; choose another file with -o.") from error
    ending = path.suffix.lower().removeprefix(".")
    if ending and ending not in forms:
        known = ", ".join(f".{one}" for one in forms)
        other = f', or run dwell sql "FROM {table}" -o {path.name}' if ending in {"xlsx", "json"} else ""
        raise typer.BadParameter(f"-o can't write .{ending}; use one of {known}{other}.")
    if form and ending and form != ending:
        raise typer.BadParameter(f"{path.name} and --format {form} disagree; leave --format out, or change the ending.")
    if path.is_dir():
        raise StorageError(f"Cannot write {path}: it is a folder; choose another file with -o.")
    ask_to_overwrite(path)
    return form or ending or forms[0]


def _check_file(path: Path, endings: Sequence[str]) -> Path:
    if is_special(path):
        return path
    if path.suffix and path.suffix.lower() not in endings:
        hint = "" if path.suffix.lower() not in PICTURES else "this command has no chart, so "
        raise typer.BadParameter(f"{hint}-o can't write {path.suffix}; use one of {', '.join(endings)}.")
    if is_folder(path):
        raise StorageError(f"Cannot write {path}: it is a folder; choose another file with -o.")
    if not is_folder(path.parent):
        raise StorageError(
            f"Cannot write {path}: its folder {path.parent} does not exist; make it, or choose another file with -o."
        )
    if not os.access(path.parent, os.W_OK):
        raise StorageError(f"Cannot write {path}: its folder is not writable; choose another file with -o.")
    ask_to_overwrite(path)
    return path
