"""`dwell sandbox`: simulated providers on this machine, to try everything free."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from dwell.cli import stopping
from dwell.cli.terminal import say

if TYPE_CHECKING:
    from dwell_sandbox.server.rate_limits import RateLimit


class FaultMode(StrEnum):
    """How much goes wrong."""

    NONE = "none"
    SOME = "some"
    ALL = "all"


class OldRefreshToken(StrEnum):
    """What a refresh does to the refresh token that it used."""

    VALID_UNTIL_USE = "valid-until-use"
    INVALID = "invalid"


class IdStyle(StrEnum):
    """The value of TikLiveAPI's `aweme_id`."""

    MEDIA = "media"
    NUMERIC = "numeric"


def sandbox(
    *,
    port: Annotated[int, typer.Option("--port", help="Port to listen on; 0 for any free port.")] = 8787,
    seed: Annotated[int | None, typer.Option("--seed", help="The same seed gives the same world.")] = None,
    faults: Annotated[
        FaultMode,
        typer.Option("--faults", help="some: failures that a retry cures; all: also wrong paging and fields."),
    ] = FaultMode.NONE,
    fault_rate: Annotated[
        float | None,
        typer.Option("--fault-rate", help="Share of requests with a fault, 0 to 1.", show_default="some 0.05, all 0.2"),
    ] = None,
    speed: Annotated[
        float, typer.Option("--speed", help="Simulated seconds per second: with 3600 a day takes 24 s; 0 stops time.")
    ] = 1.0,
    start: Annotated[
        str | None,
        typer.Option("--start", help="Simulated start time, e.g. 2026-06-01T08:00Z.", show_default="now"),
    ] = None,
    limit: Annotated[
        list[str] | None,
        typer.Option(
            "--limit",
            help="Requests/seconds per key, e.g. tikliveapi=200/6; =none for no limit. May be repeated.",
            metavar="PROTOCOL=N/S",
            show_default="tikliveapi=200/60, scavio=5/60, business_api=40/60 per account and endpoint",
        ),
    ] = None,
    credit: Annotated[int, typer.Option("--credits", help="Credits that each key starts with.", min=0)] = 100_000,
    key: Annotated[
        str | None, typer.Option("--key", help="The only valid key.", show_default="any that starts with sandbox-")
    ] = None,
    seed_compat: Annotated[
        bool, typer.Option("--seed-compat", help="Scavio as in its published examples: /user/videos, username, limit.")
    ] = False,
    aweme_id: Annotated[
        IdStyle, typer.Option("--aweme-id", help="TikLiveAPI's aweme_id: a media id, as in reality, or the post id.")
    ] = IdStyle.MEDIA,
    old_refresh_token: Annotated[
        OldRefreshToken,
        typer.Option(
            "--old-refresh-token",
            help="The Business API's old refresh token after a refresh: valid until the new access token is used, or "
            "invalid at once.",
        ),
    ] = OldRefreshToken.VALID_UNTIL_USE,
) -> int:
    """Serve a simulated TikTok world until Ctrl-C.

    It has the protocols of TikLiveAPI, Scavio and TikTok's Business API. Everything in it is invented. Every
    response says so in its headers, and dwell marks the data that came from it.

    \b
    Example:
      dwell sandbox --speed 3600 --faults some
    """
    from dwell import clock
    from dwell_sandbox import World
    from dwell_sandbox.exports import DEMO_SEED
    from dwell_sandbox.server.faults import FaultRates
    from dwell_sandbox.server.help_text import help_lines
    from dwell_sandbox.server.response import ProtocolOptions
    from dwell_sandbox.server.sandbox import Sandbox
    from dwell_sandbox.server.serve import serve_forever
    from dwell_sandbox.server.simulated_clock import SimulatedClock

    seed_used = DEMO_SEED if seed is None else seed
    server = Sandbox(
        World(seed_used),
        SimulatedClock(_parse_start(start) if start else clock.now(), speed),
        key=key,
        faults=FaultRates(faults.value, fault_rate, seed=seed_used),
        limits=_parse_limits(limit or []),
        credits=credit,
        options=ProtocolOptions(
            aweme_id_style=aweme_id.value, seed_compat=seed_compat, old_refresh_token=old_refresh_token.value
        ),
    )

    def ready(url: str) -> None:
        say("\n".join([*help_lines(server, url), "", "Press Ctrl-C to stop."]))

    stopping.note(serve_forever(server, port, ready))
    return 0


def _parse_start(text: str) -> datetime:
    """Parse a time with a time zone.

    Raises:
        typer.BadParameter: It is invalid or has no time zone.
    """
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise typer.BadParameter(
            f"{text!r} isn't a time with a time zone; write it as 2026-06-01T08:00Z, for example.", param_hint="--start"
        )
    return instant


def _parse_limits(texts: list[str]) -> dict[str, RateLimit]:
    """Parse the limits: protocol -> limit.

    Raises:
        typer.BadParameter: The protocol is unknown.
        SettingsError: The limit is invalid.
    """
    from dwell_sandbox.server.rate_limits import RateLimit

    limits = {}
    for text in texts:
        name, _, rate = text.partition("=")
        if name not in ("tikliveapi", "scavio", "business_api"):
            raise typer.BadParameter(
                f"{text!r} doesn't start with a protocol; write tikliveapi=200/60, scavio=5/60 or business_api=40/60.",
                param_hint="--limit",
            )
        limits[name] = RateLimit.parse(rate)
    return limits
