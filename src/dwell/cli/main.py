"""`dwell`: the commands, and how failures are reported."""

from __future__ import annotations

import gc
import sys
from functools import cache
from typing import Annotated, Any

import typer

from dwell import __version__
from dwell.cli import (
    accounts,
    audience,
    audit,
    backup,
    benchmarks,
    check,
    compare,
    connect,
    cost,
    demo,
    disconnect,
    doctor,
    export,
    findings,
    fit,
    forget,
    growth,
    import_,
    imports,
    keys,
    limits,
    load,
    models,
    option_values,
    posting_times,
    posts,
    reconcile,
    replay,
    report,
    restore,
    retention,
    sandbox,
    schedule,
    score,
    seal,
    serve,
    sql,
    status,
    stop,
    stopping,
    sweep,
    sync,
    tiers,
    topic,
    track,
    trend,
    usage,
    verbosity,
    vet,
    videos,
    watchlist,
    webhooks,
    worker,
)
from dwell.cli import (
    run as run_,
)
from dwell.cli.command_groups import GroupedCommands
from dwell.cli.output import dump_json
from dwell.cli.streams import escape_note, prepare_streams
from dwell.cli.tables import choice
from dwell.cli.terminal import say
from dwell.cli.usage_errors import word_usage_error
from dwell.disk.permissions import private_files
from dwell.errors import DwellError, ReaderGoneError, StoppedError, StorageError
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


app.command("import")(import_.import_files)
app.command()(imports.imports)
app.command()(imports.undo)
app.command()(status.status)
app.command()(benchmarks.benchmarks)
app.command()(posts.posts)
app.command()(compare.compare)
app.command()(findings.findings)
app.command()(tiers.tiers)
app.command()(trend.trend)
app.command("posting-times")(posting_times.posting_times)
app.command()(growth.growth)
app.command()(audit.audit)
app.command()(retention.retention)
app.command()(fit.fit)
app.command()(score.score)
app.add_typer(models.app, name="models")
app.command()(report.report)
app.command()(audience.audience)
app.command()(audience.traffic)
app.command()(reconcile.reconcile)
app.command()(sql.sql)
app.command()(export.export)
app.command()(load.load)
app.command()(check.check)
app.command()(doctor.doctor)
app.command()(backup.backup)
app.command()(restore.restore)
app.command()(seal.seal)
app.command()(sweep.sweep)
app.add_typer(watchlist.app, name="watchlist")
app.add_typer(schedule.app, name="schedule")
app.command()(run_.run)
app.command()(serve.serve)
app.command()(worker.worker)
app.command()(track.track)
app.command()(videos.videos)
app.command()(stop.stop)
app.command()(usage.usage)
app.add_typer(keys.app, name="keys")
app.add_typer(webhooks.app, name="webhooks")
app.add_typer(connect.app, name="connect")
app.command()(accounts.accounts)
app.command()(disconnect.disconnect)
app.command()(sync.sync)
app.command()(sync.syncs)
app.command()(forget.forget)
app.command()(vet.vet)
app.command("topic")(topic.topic)
app.command("trends", hidden=True)(topic.topic)  # its name before `trend` came
app.command()(cost.cost)
app.command()(limits.limits)
app.command()(replay.replay)
app.command()(sandbox.sandbox)
app.command()(demo.demo)


@cache
def make_command() -> Any:
    """All commands, with the options that each of them has."""
    command = typer.main.get_command(app)
    option_values.check_values(command)
    choice.add_options(command)
    verbosity.add_option(command)
    return command


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
        return _fail(
            str(error), error.code, stopping.status() if isinstance(error, StoppedError) else 1, as_json=as_json
        )
    except (KeyboardInterrupt, typer.Abort):
        result = _INTERRUPTED
    except MemoryError:
        text = "Not enough memory: free some, or set DWELL_MEMORY lower, so that less is used at once."
        return _fail(text, "storage", 1, as_json=as_json)
    except OSError as error:
        if error.filename is None:
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
