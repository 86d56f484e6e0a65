"""`dwell sandbox`: providers to try everything with, on this machine, at no cost."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from dwell_sandbox.server.limits import Rate


class FaultMode(StrEnum):
    """How much goes wrong."""

    NONE = "none"
    SOME = "some"
    ALL = "all"


class IdStyle(StrEnum):
    """What TikLiveAPI puts into `aweme_id`."""

    MEDIA = "media"
    NUMERIC = "numeric"


def sandbox(
    *,
    port: Annotated[int, typer.Option("--port", help="Where to listen; 0 for any free port.")] = 8787,
    seed: Annotated[int | None, typer.Option("--seed", help="The same seed gives the same world.")] = None,
    faults: Annotated[
        FaultMode,
        typer.Option(
            "--faults", help="some: failures that are gone when asked again; all: wrong paging and fields too."
        ),
    ] = FaultMode.NONE,
    fault_rate: Annotated[
        float | None,
        typer.Option("--fault-rate", help="Share of requests with a fault, 0 to 1.", show_default="some 0.05, all 0.2"),
    ] = None,
    speed: Annotated[
        float, typer.Option("--speed", help="Simulated seconds per second: 3600 lets a day pass in 24 s; 0 stops time.")
    ] = 1.0,
    start: Annotated[
        str | None,
        typer.Option("--start", help="The first simulated instant, e.g. 2026-06-01T08:00Z.", show_default="now"),
    ] = None,
    limit: Annotated[
        list[str] | None,
        typer.Option(
            "--limit",
            help="Requests per seconds and key, e.g. tikliveapi=200/6; =none for no limit. May be repeated.",
            metavar="PROTOCOL=N/S",
            show_default="tikliveapi=200/60, scavio=5/60",
        ),
    ] = None,
    credit: Annotated[int, typer.Option("--credits", help="Credits that each key starts with.", min=0)] = 100_000,
    key: Annotated[
        str | None, typer.Option("--key", help="The one good key.", show_default="any that begins with sandbox-")
    ] = None,
    seed_compat: Annotated[
        bool, typer.Option("--seed-compat", help="Scavio as in its published examples: /user/videos, username, limit.")
    ] = False,
    aweme_id: Annotated[
        IdStyle, typer.Option("--aweme-id", help="TikLiveAPI's aweme_id: a media id as it really is, or the post id.")
    ] = IdStyle.MEDIA,
) -> int:
    """Serve a simulated TikTok world that speaks the protocols of TikLiveAPI and Scavio, until Ctrl-C.

    Everything in it is invented, every answer says so in its headers, and dwell marks what came from it.

    \b
    Example:
      dwell sandbox --speed 3600 --faults some
    """
    from dwell import clock
    from dwell_sandbox import World
    from dwell_sandbox.exports import DEMO_SEED
    from dwell_sandbox.server.faults import Faults
    from dwell_sandbox.server.instant import SimulatedTime
    from dwell_sandbox.server.reply import Options
    from dwell_sandbox.server.run import run
    from dwell_sandbox.server.sandbox import Sandbox
    from dwell_sandbox.server.words import how_to_use

    chosen = DEMO_SEED if seed is None else seed
    served = Sandbox(
        World(chosen),
        SimulatedTime(_instant(start) if start else clock.now(), speed),
        key=key,
        faults=Faults(faults.value, fault_rate, seed=chosen),
        limits=_limits(limit or []),
        credits=credit,
        options=Options(aweme_id_style=aweme_id.value, seed_compat=seed_compat),
    )

    def ready(url: str) -> None:
        typer.echo("\n".join([*how_to_use(served, url), "", "Ctrl-C ends it."]))

    run(served, port, ready)
    return 0


def _instant(text: str) -> datetime:
    """An instant with its time zone.

    Raises:
        typer.BadParameter: It is none.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise typer.BadParameter(
            f"{text!r} is no instant with a time zone; write for example 2026-06-01T08:00Z.", param_hint="--start"
        )
    return found


def _limits(texts: list[str]) -> dict[str, Rate]:
    """Protocol -> limit.

    Raises:
        typer.BadParameter: There is no such protocol.
        SettingsError: It is no limit.
    """
    from dwell_sandbox.server.limits import Rate

    found = {}
    for text in texts:
        name, _, rate = text.partition("=")
        if name not in ("tikliveapi", "scavio"):
            raise typer.BadParameter(
                f"{text!r} names no protocol; write tikliveapi=200/60 or scavio=5/60.", param_hint="--limit"
            )
        found[name] = Rate.parse(rate)
    return found
