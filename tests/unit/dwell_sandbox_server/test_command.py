"""The options of `dwell sandbox`, read without serving anything."""

from datetime import UTC, datetime
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from dwell.cli import sandbox as command
from dwell.errors import SettingsError
from dwell_sandbox.business_api.app_credentials import CLIENT_ID, CLIENT_SECRET
from dwell_sandbox.business_api.consent_accounts import consent_accounts
from dwell_sandbox.server.rate_limits import RateLimit
from dwell_sandbox.server.sandbox import Sandbox


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the command with a server that notes what it would serve."""
    served: list[tuple[Sandbox, int]] = []

    def note(sandbox: Sandbox, port: int, ready: Any) -> None:
        served.append((sandbox, port))
        ready("http://127.0.0.1:1")

    monkeypatch.setattr("dwell_sandbox.server.serve.serve_forever", note)
    app = typer.Typer(rich_markup_mode=None)
    app.command()(command.sandbox)

    def start(*words: str) -> tuple[Any, list[tuple[Sandbox, int]]]:
        return CliRunner().invoke(app, list(words)), served

    return start


def test_by_default_it_is_now_at_our_speed_with_the_documented_limits(run, monkeypatch):
    monkeypatch.setattr("dwell.clock.now", lambda: datetime(2026, 11, 21, 8, tzinfo=UTC))
    result, [(sandbox, port)] = run()
    assert (result.exit_code, port) == (0, 8787)
    assert sandbox.clock.start == datetime(2026, 11, 21, 8, tzinfo=UTC)
    assert (sandbox.clock.speed, sandbox.limits, sandbox.faults.mode) == (1.0, {}, "none")
    assert {name: protocol.rate_limit for name, protocol in sandbox.protocols.items()} == {
        "tikliveapi": RateLimit(200, 60.0, 50),
        "scavio": RateLimit(5, 60.0),
        "business_api": RateLimit(40, 60.0),
    }
    for words in ("export DWELL_TIKLIVEAPI_URL=http://127.0.0.1:1/tikliveapi", "DWELL_SCAVIO_KEY=sandbox-key"):
        assert words in result.output
    assert sandbox.options.old_refresh_token == "valid-until-use"


def test_it_says_how_to_reach_the_business_api_and_who_may_consent(run):
    result, _ = run("--seed", "12")
    facts = dict(line.split(maxsplit=1) for line in result.output.splitlines() if line.startswith("    @"))
    for words in ("http://127.0.0.1:1/business_api\n", CLIENT_ID, CLIENT_SECRET, "/business_api/v2/auth/authorize"):
        assert words in result.output
    assert facts == {f"@{each.handle}": each.note for each in consent_accounts(12)}
    assert {"business", "personal", "registered business"} <= set(facts.values())


def test_everything_can_be_set(run):
    words = "--port 0 --seed 5 --faults all --fault-rate 0.5 --speed 3600 --start 2026-06-01T10:00+02:00 --credits 7"
    more = "--limit tikliveapi=200/6 --limit scavio=none --key mine --seed-compat --aweme-id numeric"
    more += " --limit business_api=80/60 --old-refresh-token invalid"
    result, [(sandbox, port)] = run(*words.split(), *more.split())
    assert result.exit_code == 0
    assert (port, sandbox.world.seed, sandbox.credits, sandbox.key) == (0, 5, 7, "mine")
    assert (sandbox.faults.mode, sandbox.faults.rate, sandbox.faults.seed) == ("all", 0.5, 5)
    assert (sandbox.clock.start, sandbox.clock.speed) == (datetime(2026, 6, 1, 8, tzinfo=UTC), 3600)
    assert sandbox.limits == {
        "tikliveapi": RateLimit(200, 6.0),
        "scavio": RateLimit(0, 1.0),
        "business_api": RateLimit(80, 60.0),
    }
    assert sandbox.options.old_refresh_token == "invalid"
    assert (sandbox.options.seed_compat, sandbox.options.aweme_id_style) == (True, "numeric")
    assert "DWELL_TIKLIVEAPI_KEY=mine" in result.output


@pytest.mark.parametrize(
    ("words", "cure"),
    [
        (("--start", "yesterday"), "2026-06-01T08:00Z"),
        (("--start", "2026-06-01"), "time zone"),
        (("--limit", "tiktok=5/60"), "doesn't start with a protocol"),
        (("--faults", "most"), "none"),
        (("--credits", "-1"), "credits"),
    ],
)
def test_wrong_options_are_refused_with_the_cure(run, words: tuple[str, ...], cure: str):
    result, served = run(*words)
    assert result.exit_code == 2
    assert cure in result.output
    assert not served


@pytest.mark.parametrize(
    "words", [("--limit", "scavio=fast"), ("--speed", "-1"), ("--fault-rate", "2", "--faults", "all")]
)
def test_invalid_values_are_rejected(run, words: tuple[str, ...]):
    result, served = run(*words)
    assert isinstance(result.exception, SettingsError)
    assert not served
