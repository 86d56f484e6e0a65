"""`dwell demo`: every command on a simulated account, ending in a report to open."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def demo(
    *,
    folder: Annotated[
        Path, typer.Option("--folder", help="Where the simulated exports, the data and the report go.", metavar="DIR")
    ] = Path("dwell-demo"),
    seed: Annotated[int | None, typer.Option("--seed", help="The same seed gives the same world.")] = None,
) -> int:
    """Show the whole job on a simulated creator world: exports in, watch time predicted, a report out.

    Everything in it is invented. The commands are shown as you would type them for your own account.

    \b
    Example:
      dwell demo --folder my-demo
    """
    from dwell import clock
    from dwell.cli.main import main
    from dwell.sandbox.exports import COMPETITORS, DEMO_SEED, OWN, write_exports

    typer.echo("This is a simulation: accounts, posts and numbers are invented (seeded, so they repeat).\n")
    (folder / "exports").mkdir(parents=True, exist_ok=True)
    exports = write_exports(folder / "exports", seed=DEMO_SEED if seed is None else seed, now=clock.now())
    typer.echo(f"Wrote {len(exports)} files as a user would have them to {folder / 'exports'}:")
    for export in exports:
        typer.echo(f"  {export.path.name}: {export.what}")
    own = f"@{OWN}"
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
        ["score", "--creator", f"@{COMPETITORS[0]}", "--limit", "5"],
        ["export", "watch_times", "--format", "csv", "-o", str(folder / "watch_times.csv")],
        ["report", "--creator", own, "-o", str(folder / "report.html")],
    ]
    for step in steps:
        typer.echo(f"\n$ dwell {' '.join(step)}")
        failed = main([*step, "--data", str(folder / "data")])
        if failed:
            return failed
    typer.echo(f"\nDone. Open {(folder / 'report.html').resolve()} in a browser. All of it is simulated.")
    return 0


def _words(hints: dict[str, str]) -> list[str]:
    """Import hints as a user would type them."""
    names = {"handle": "--creator", "as_of": "--as-of", "niche": "--niche", "dates": "--dates", "tz": "--tz"}
    return [word for key, value in hints.items() for word in (names[key], f"@{value}" if key == "handle" else value)]
