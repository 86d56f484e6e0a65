"""`dwell demo`: every command on simulated accounts, ending in a report to open."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

_OTHERS = 6
_KEY = "sandbox-demo"


def demo(
    *,
    folder: Annotated[
        Path, typer.Option("--folder", help="Where the simulated exports, the data and the report go.", metavar="DIR")
    ] = Path("dwell-demo"),
    seed: Annotated[int | None, typer.Option("--seed", help="The same seed gives the same world.")] = None,
) -> int:
    """Show the whole job on a simulated creator world: accounts swept, exports in, watch time predicted, a report out.

    Everything in it is invented; the only connection made is to a provider simulated on this machine. The commands are
    shown as you would type them for your own account.

    \b
    Example:
      dwell demo --folder my-demo
    """
    from dwell import clock
    from dwell.cli.main import main
    from dwell_sandbox.exports import COMPETITORS, DEMO_SEED, OWN_ACCOUNT, write_exports

    typer.echo("This is a simulation: accounts, posts and numbers are invented (seeded, so they repeat).\n")
    chosen, now = DEMO_SEED if seed is None else seed, clock.now()
    (folder / "exports").mkdir(parents=True, exist_ok=True)
    exports = write_exports(folder / "exports", seed=chosen, now=now)
    typer.echo(f"Wrote {len(exports)} files as a user would have them to {folder / 'exports'}:")
    for export in exports:
        typer.echo(f"  {export.path.name}: {export.what}")
    own, rival = f"@{OWN_ACCOUNT}", f"@{COMPETITORS[0]}"
    rivals = [*(f"@{name}" for name in COMPETITORS), *_others(chosen, now)]
    live = [
        ["watchlist", "add", "rivals", *rivals],
        ["sweep", own, "--watchlist", "rivals", "--posts", "70", "--max-credits", "60"],
        ["trends", "--hashtag", "recipe"],
        ["vet", rival],
        ["cost", "--by", "command"],
    ]
    steps = [["import", str(export.path), *_words(export.hints)] for export in exports]
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
    with _provider(chosen, now) as settings:
        typer.echo("\n" + "\n".join(f"$ export {name}={value}" for name, value in settings.items()))
        for step in [*live, *steps]:
            typer.echo(f"\n$ dwell {' '.join(step)}")
            failed = main([*step, "--data", str(folder / "data")])
            if failed:
                return failed
    typer.echo(f"\nDone. Open {(folder / 'report.html').resolve()} in a browser. All of it is simulated.")
    return 0


@contextmanager
def _provider(seed: int, now: datetime) -> Iterator[dict[str, str]]:
    """A simulated provider on this machine; its address and key are set in the environment until the block ends."""
    from dwell_sandbox import World
    from dwell_sandbox.server.sandbox import Sandbox
    from dwell_sandbox.server.serve import serve_in_thread
    from dwell_sandbox.server.simulated_clock import SimulatedClock

    before = dict(os.environ)
    with serve_in_thread(Sandbox(World(seed), SimulatedClock(now))) as url:
        settings = {"DWELL_TIKLIVEAPI_URL": f"{url}/tikliveapi", "DWELL_TIKLIVEAPI_KEY": _KEY}
        os.environ.update(settings)
        try:
            yield settings
        finally:
            for name in settings:
                os.environ.pop(name)
                if name in before:
                    os.environ[name] = before[name]


def _others(seed: int, now: datetime) -> list[str]:
    """Further accounts of the demo's niche that are public now."""
    from dwell_sandbox import World

    world, number = World(seed), 5
    handles: list[str] = []
    while len(handles) < _OTHERS:
        who = world.creator_by_number(number)
        if who.niche == "cooking" and world.status(who.handle, now).state == "ok":
            handles.append(f"@{who.handle}")
        number += 1
    return handles


def _words(hints: dict[str, str]) -> list[str]:
    """Import hints as a user would type them."""
    names = {"handle": "--creator", "as_of": "--as-of", "niche": "--niche", "dates": "--dates", "tz": "--tz"}
    return [word for key, value in hints.items() for word in (names[key], f"@{value}" if key == "handle" else value)]
