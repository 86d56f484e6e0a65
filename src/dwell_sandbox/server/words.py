"""What the sandbox says of itself, in plain lines."""

from __future__ import annotations

from itertools import islice

from dwell_sandbox.demo_accounts import CAST
from dwell_sandbox.server.sandbox import KEY_PREFIX, Sandbox

_VARIABLES = {"tikliveapi": "DWELL_TIKLIVEAPI", "scavio": "DWELL_SCAVIO"}


def how_to_use(sandbox: Sandbox, url: str) -> list[str]:
    """Lines to read: what this is, which addresses and keys to set, whom to ask for.

    Args:
        sandbox: The sandbox.
        url: Where it is reached.
    """
    key = sandbox.key or f"{KEY_PREFIX}key"
    lines = [
        f"dwell sandbox: a simulated TikTok world (seed {sandbox.world.seed}). All accounts and numbers are invented.",
        f"Simulated time is {sandbox.time.now():%Y-%m-%d %H:%M} UTC and {_pace(sandbox.time.speed)}.",
        "",
        "Point dwell at it:",
    ]
    for name in sandbox.protocols:
        variable = _VARIABLES[name]
        lines += [f"  export {variable}_URL={url}/{name}", f"  export {variable}_KEY={key}"]
    handles = " ".join(f"@{handle}" for handle in islice(CAST, 4))
    return [
        *lines,
        "",
        f"Accounts to try: {handles}",
        f"Behind the scenes: {url}/sandbox/calls, {url}/sandbox/credits",
        f'The next faults:   curl {url}/sandbox/script -d \'[{{"fault": "status_503", "times": 2}}]\'',
    ]


def _pace(speed: float) -> str:
    if speed == 1:
        return "runs as fast as ours"
    if speed == 0:
        return "stands still"
    return f"runs {speed:g} times as fast as ours: a simulated day takes {86_400 / speed:,.0f} s"
