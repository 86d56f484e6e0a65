"""`dwell`: the commands, and how failures are reported."""

from __future__ import annotations

import gc
import sys
from functools import cache
from typing import Annotated, Any

import typer

from dwell import __version__
from dwell.cli import stopping
from dwell.cli.command_groups import GroupedCommands
from dwell.cli.commands import Commands, add_options
from dwell.cli.output import dump_json
from dwell.cli.streams import escape_note, prepare_streams
from dwell.cli.terminal import say
from dwell.cli.usage_errors import word_usage_error
from dwell.disk.permissions import private_files
from dwell.errors import DwellError, MissingExtraError, ReaderGoneError, StoppedError, StorageError
from dwell.settings.memory import describe_failed_load, describe_memory_error
from dwell.text.readable import shorten, show_text
from dwell.visible import mark_line

_INTERRUPTED = 130

app = typer.Typer(
    name="dwell",
    cls=GroupedCommands,
    help="How long TikTok videos hold their viewers: measured on your own accounts, estimated honestly on others.",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,  # rich would double the time of --help
    pretty_exceptions_enable=False,
)


def _version(requested: bool) -> None:  # noqa: FBT001 - called by click
    if requested:
        say(f"dwell {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    del version  # the callback printed it


@cache
def make_command() -> Any:
    """The root of all commands, which are made when they are used."""
    root: Any = typer.main.get_command(app)
    add_options(root)
    root.commands = Commands()
    return root


def main(arguments: list[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: The words after `dwell`; by default those of the process.

    Returns:
        0 done, 1 wrong input or data, 2 wrong usage; of a stopped command 128 and the number of the signal.
    """
    given = sys.argv[1:] if arguments is None else arguments
    as_json = "--json" in given
    command = make_command()
    stopping.reset()
    try:
        with private_files():
            result: Any = command.main(args=given, prog_name="dwell", standalone_mode=False, obj=main)
        sys.stdout.flush()
    except ReaderGoneError:
        return 0
    except DwellError as error:
        if isinstance(error, MissingExtraError) and (text := describe_failed_load(error)):
            return _fail(text, StorageError.code, 1, as_json=as_json)
        return _fail(
            str(error), error.code, stopping.status() if isinstance(error, StoppedError) else 1, as_json=as_json
        )
    except (KeyboardInterrupt, typer.Abort):
        result = _INTERRUPTED
    except MemoryError as error:
        text = describe_failed_load(error) or describe_memory_error()
        return _fail(text, StorageError.code, 1, as_json=as_json)
    except (OSError, ImportError) as error:
        if text := describe_failed_load(error):
            return _fail(text, StorageError.code, 1, as_json=as_json)
        if isinstance(error, ImportError) or error.filename is None:
            raise
        return _fail(_path_message(error), StorageError.code, 1, as_json=as_json)
    except Exception as error:
        message = getattr(error, "format_message", None)  # click's own usage errors have this method
        if message is None:
            raise
        if type(error).__name__ == "NoArgsIsHelpError":
            say(message())
            return 2
        command_path = getattr(getattr(error, "ctx", None), "command_path", None) or "dwell"
        said = " ".join(word_usage_error(error).split())
        text = f"{said if said.endswith('?') else said.rstrip('.') + '.'} See '{command_path} --help'."
        return _fail(text, "usage", getattr(error, "exit_code", 2), as_json=as_json)
    # 130 is what typer makes of a KeyboardInterrupt, where no handler of `stopping` is set.
    if result == _INTERRUPTED or stopping.is_server_stopped(given):
        return _fail(stopping.sentence(given), "interrupted", stopping.status(), as_json=as_json)
    return result if isinstance(result, int) else 0


def _path_message(error: OSError) -> str:
    """What the system refuses of a file, where nothing nearer to it has worded it."""
    return f"{error.filename} cannot be used ({error.strerror}): check it and the folders above it, and who owns them"


def _fail(message: str, code: str, status: int, *, as_json: bool) -> int:
    """The only place that reports a failure."""
    message = shorten(show_text(message))
    document = {"error": {"code": code, "message": message}}
    say(dump_json(document, sys.stderr) if as_json else f"dwell: {mark_line(message)}", err=True)
    return status


def run() -> None:
    """The command line as a process."""
    # A command creates many rows, keeps them, and hardly any are part of a cycle: collect garbage less often.
    gc.set_threshold(100_000, 20, 20)
    prepare_streams()
    stopping.begin(sys.argv[1:])
    status = main()
    if note := escape_note():
        say(note, err=True)
    stopping.end(status)
    sys.exit(status)
