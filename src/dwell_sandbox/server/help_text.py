"""What the sandbox prints about itself: addresses and keys to set, accounts to try."""

from __future__ import annotations

from itertools import islice

from dwell_sandbox.business_api.app_credentials import CLIENT_ID, CLIENT_SECRET
from dwell_sandbox.business_api.consent_accounts import consent_accounts
from dwell_sandbox.business_api.protocol import CONSENT_PATH
from dwell_sandbox.demo_accounts import DEMO_ACCOUNTS
from dwell_sandbox.server.sandbox import KEY_PREFIX, Sandbox

_VARIABLES = {"tikliveapi": "DWELL_TIKLIVEAPI", "scavio": "DWELL_SCAVIO"}


def help_lines(sandbox: Sandbox, url: str) -> list[str]:
    """Lines that explain the sandbox: what it is, which settings lead to it, which accounts to try.

    Args:
        sandbox: The sandbox.
        url: Its address.
    """
    key = sandbox.key or f"{KEY_PREFIX}key"
    lines = [
        f"dwell sandbox: a simulated TikTok world (seed {sandbox.world.seed}). All accounts and numbers are invented.",
        f"Simulated time is {sandbox.clock.now():%Y-%m-%d %H:%M} UTC and {_describe_speed(sandbox.clock.speed)}.",
        "",
        "Point dwell at it:",
    ]
    for name, variable in _VARIABLES.items():
        lines += [f"  export {variable}_URL={url}/{name}", f"  export {variable}_KEY={key}"]
    handles = " ".join(f"@{handle}" for handle in islice(DEMO_ACCOUNTS, 4))
    return [
        *lines,
        "",
        f"Accounts to try:   {handles}",
        "",
        *_business_api_lines(sandbox, url),
        "",
        f"Logs and balances: {url}/sandbox/calls, {url}/sandbox/credits",
        f'Inject faults:     curl {url}/sandbox/script -d \'[{{"fault": "status_503", "times": 2}}]\'',
    ]


def _business_api_lines(sandbox: Sandbox, url: str) -> list[str]:
    """The Business API: base address, the app, the consent page, the accounts whose owners may consent."""
    base = f"{url}/{sandbox.business_api.name}"
    accounts = consent_accounts(sandbox.world.seed)
    width = max(len(each.handle) for each in accounts) + 1
    return [
        "TikTok's Business API:",
        f"  base URL         {base}",
        f"  client id        {CLIENT_ID}",
        f"  client secret    {CLIENT_SECRET}",
        f"  consent page     {base}{CONSENT_PATH}",
        f"  export DWELL_TIKTOK_ORGANIC_URL={base}",
        f"  export DWELL_TIKTOK_ORGANIC_APP_ID={CLIENT_ID} DWELL_TIKTOK_ORGANIC_APP_SECRET={CLIENT_SECRET}",
        "  dwell connect tiktok",
        "  accounts that may consent:",
        *(f"    {'@' + each.handle:<{width}}  {each.note}" for each in accounts),
    ]


def _describe_speed(speed: float) -> str:
    if speed == 1:
        return "runs at the speed of real time"
    if speed == 0:
        return "stands still"
    return f"runs {speed:g} times as fast as real time: a simulated day takes {86_400 / speed:,.0f} s"
