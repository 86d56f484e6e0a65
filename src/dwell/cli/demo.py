"""`dwell demo`: every command on simulated accounts, ending with a report to open."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from dwell.cli.pager import no_pager
from dwell.cli.terminal import say
from dwell.errors import StorageError
from dwell.visible import mark_line

_MORE_RIVALS = 6
_KEY = "sandbox-demo"
_MARK = "made-by-dwell-demo.txt"
_MADE = ("data", "exports", "report.html", "watch_times.csv")


def demo(
    context: typer.Context,
    *,
    folder: Annotated[
        Path, typer.Option("--folder", help="Folder for the simulated exports, the data and the report.", metavar="DIR")
    ] = Path("dwell-demo"),
    seed: Annotated[int | None, typer.Option("--seed", help="The same seed gives the same world.")] = None,
) -> int:
    """Run everything on simulated accounts, up to a report.

    Sweeps accounts, imports exports, predicts watch time, and writes a report. Everything in it is invented; the only
    connection is to a simulated provider on this machine. Each command is printed as you would type it. What an
    earlier demo left in the folder is deleted first.

    \b
    Example:
      dwell demo --folder my-demo
    """
    from dwell import clock
    from dwell_sandbox.exports import COMPETITORS, DEMO_SEED, OWN_ACCOUNT, write_exports

    say("This is a simulation: accounts, posts and numbers are invented (the same seed gives the same ones).\n")
    seed_used, now = DEMO_SEED if seed is None else seed, clock.now()
    _begin_anew(folder)
    exports = write_exports(folder / "exports", seed=seed_used, now=now)
    say(f"Wrote {len(exports)} files, as a user would have them, to {mark_line(str(folder / 'exports'))}:")
    for export in exports:
        say(f"  {export.path.name}: {export.what}")
    own, rival = f"@{OWN_ACCOUNT}", f"@{COMPETITORS[0]}"
    rivals = [*(f"@{name}" for name in COMPETITORS), *_find_rivals(seed_used, now)]
    live = [
        ["watchlist", "add", "rivals", *rivals],
        ["sweep", own, "--watchlist", "rivals", "--posts", "70", "--max-credits", "60"],
        ["topic", "--hashtag", "recipe"],
        ["vet", rival],
        ["cost", "--by", "command"],
    ]
    steps = [["import", str(export.path), *_to_options(export.hints)] for export in exports]
    steps += [
        ["status"],
        ["benchmarks"],
        ["posts", "--creator", own, "--above-p90", "--limit", "5"],
        ["tiers", "--creator", own],
        ["trend", "--creator", own, "--every", "month"],
        ["audit", "--creator", own],
        ["fit", "--creator", own, "--target", "watch_ratio"],
        ["fit", "--creator", own, "--target", "full_watch_rate"],
        ["score", "--creator", rival, "--limit", "5"],
        ["export", "watch_times", "--format", "csv", "-o", str(folder / "watch_times.csv")],
        ["report", "--creator", own, "-o", str(folder / "report.html")],
    ]
    with _simulated_provider(seed_used, now) as environment, no_pager():
        say("\n" + "\n".join(f"$ export {name}={value}" for name, value in environment.items()))
        for step in [*live, *steps]:
            say(f"\n$ dwell {mark_line(' '.join(step))}")
            failed: int = context.obj([*step, "--data", str(folder / "data")])
            if failed:
                return failed
    page = mark_line(str((folder / "report.html").resolve()))
    say(f"\nDone. Open {page} in a browser. Everything in it is simulated.")
    return 0


def _begin_anew(folder: Path) -> None:
    """An empty folder for the demo, without what an earlier one made there; nothing else is deleted.

    Raises:
        StorageError: It cannot be made, or has data that no demo made.
    """
    mark = folder / _MARK
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Files without the mark may be anyone's, whatever their names are.
        if not mark.exists() and any(folder.iterdir()):
            raise StorageError(
                f"{mark_line(str(folder.resolve()))} has files, and no {_MARK} that says that a demo made them: "
                "name another folder with --folder, or move them away."
            )
        mark.write_text(
            "dwell demo deletes data, exports, report.html and watch_times.csv in this folder before it begins.\n",
            encoding="utf-8",
        )
        for path in (folder / name for name in _MADE):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        (folder / "exports").mkdir()
    except OSError as error:
        why = f"{mark_line(str(folder))} cannot be used for the demo ({error.strerror})"
        raise StorageError(f"{why}: name another folder with --folder.") from error


@contextmanager
def _simulated_provider(seed: int, now: datetime) -> Iterator[dict[str, str]]:
    """Serve a simulated provider on this machine; the environment points to it inside the block."""
    from dwell_sandbox import World
    from dwell_sandbox.server.sandbox import Sandbox
    from dwell_sandbox.server.serve import serve_in_thread
    from dwell_sandbox.server.simulated_clock import SimulatedClock

    previous = dict(os.environ)
    with serve_in_thread(Sandbox(World(seed), SimulatedClock(now))) as url:
        environment = {"DWELL_TIKLIVEAPI_URL": f"{url}/tikliveapi", "DWELL_TIKLIVEAPI_KEY": _KEY}
        os.environ["DWELL_DATABASE"] = ""  # a simulation has no place in the database that others share
        os.environ.update(environment)
        try:
            yield environment
        finally:
            for name in (*environment, "DWELL_DATABASE"):
                os.environ.pop(name)
                if name in previous:
                    os.environ[name] = previous[name]


def _find_rivals(seed: int, now: datetime) -> list[str]:
    """More accounts of the demo's niche that exist now."""
    from dwell_sandbox import World

    world, number = World(seed), 5
    handles: list[str] = []
    while len(handles) < _MORE_RIVALS:
        creator = world.creator_by_number(number)
        if creator.niche == "cooking" and world.status(creator.handle, now).state == "ok":
            handles.append(f"@{creator.handle}")
        number += 1
    return handles


def _to_options(hints: dict[str, str]) -> list[str]:
    """Import hints as a user would type them."""
    names = {"handle": "--creator", "as_of": "--as-of", "niche": "--niche", "dates": "--dates", "tz": "--tz"}
    return [word for key, value in hints.items() for word in (names[key], f"@{value}" if key == "handle" else value)]
