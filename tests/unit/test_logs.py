"""The log: context, fields, formats, and no key in any form."""

from __future__ import annotations

import base64
import io
import json
import logging
import threading
from collections.abc import Callable
from urllib.parse import quote

import pytest

from dwell import logs, redact
from dwell.settings.secret import Secret

KEY = "aB+3/xYz9Qw==kLmN+op/77"
FORMS = {
    "plain": KEY,
    "upper case": KEY.upper(),
    "percent-encoded": quote(KEY, safe=""),
    "percent-encoded twice": quote(quote(KEY, safe=""), safe=""),
    "form-decoded": KEY.replace("+", " "),
    "base64": base64.b64encode(KEY.encode()).decode(),
    "in basic authentication": base64.b64encode(f"user:{KEY}".encode()).decode(),
    "base64 for URLs": base64.urlsafe_b64encode(f"x{KEY}".encode()).decode(),
    "JSON": json.dumps(KEY).replace("/", "\\/"),
    "hexadecimal": KEY.encode().hex(),
    "bytes": repr(KEY.encode()),
    "a part": KEY[4:14],
}
log = logs.get_logger("dwell.tests.logs")


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redact, "_registered", set())
    Secret(KEY)


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """What was printed to stderr since the last call."""
    return lambda: capsys.readouterr().err


def leaks(text: str) -> list[str]:
    """Stretches of 8 characters of a form of the key that a text contains."""
    lower = text.lower()
    whole = [form.lower() for name, form in FORMS.items() if name != "in basic authentication"]
    return sorted({form[at : at + 8] for form in whole for at in range(len(form) - 7) if form[at : at + 8] in lower})


@pytest.mark.parametrize("form", FORMS)
def test_no_form_of_a_key_is_logged(form: str, printed: Callable[[], str]) -> None:
    echoed = FORMS[form]
    other = io.StringIO()
    foreign = logging.StreamHandler(other)  # such as a notebook's own
    logging.getLogger().addHandler(foreign)
    try:
        for as_json in (False, True):
            with logs.print_to_stderr(2, as_json=as_json):
                log.warning(f"a message with {echoed}")  # noqa: G004
                log.info("an argument: %s", echoed)
                log.debug("fields: %(text)s", {"text": f"<{echoed}>", "plain": 3})
                log.error("an exception", exc_info=ValueError(f"no such key: {echoed}"))
    finally:
        logging.getLogger().removeHandler(foreign)
    for text in (printed(), other.getvalue()):
        assert text.count("an argument: ") == 2
        assert text.count("…") >= 8
        assert text.count("ValueError: no such key") == 2
        assert leaks(text) == []


def test_a_number_that_is_the_key_is_hidden(printed: Callable[[], str]) -> None:
    Secret("4815162342")
    with logs.print_to_stderr(1, as_json=True):
        log.info("%(bytes)d bytes", {"bytes": 4815162342, "pages": 4815})
    line = json.loads(printed())
    assert (line["message"], line["bytes"], line["pages"]) == ("… bytes", "…", 4815)


def test_a_line_of_json_has_the_ids_and_the_fields(printed: Callable[[], str]) -> None:
    with logs.print_to_stderr(1, as_json=True):
        with logs.context(sweep="s1"), logs.context(request="r1", attempt=2):
            log.info("%(status)d of %(level)s", {"status": 200, "level": "field", "error": None})
        log.info("outside")
    first, second = map(json.loads, printed().splitlines())
    assert first.pop("time").endswith("Z")
    assert first == {
        "level": "info",
        "logger": "dwell.tests.logs",
        "message": "200 of field",
        "sweep": "s1",
        "request": "r1",
        "attempt": 2,
        "status": 200,
        "error": None,
    }
    assert (second["sweep"], second["request"], "attempt" in second) == (None, None, False)


def test_text_has_the_context_in_brackets(printed: Callable[[], str]) -> None:
    with logs.print_to_stderr(1, as_json=False), logs.context(sweep="s1", request="r1"):
        log.info("done")
    assert printed().split(" ", 1)[1] == "INFO dwell.tests.logs [sweep=s1 request=r1] done\n"


def test_text_of_a_provider_cannot_forge_a_line(printed: Callable[[], str]) -> None:
    with logs.print_to_stderr(1, as_json=False):
        log.info("%s", "one\ntwo\r\x1b[31mred\x9b")
    text = printed()
    assert text.count("\n") == 1
    assert text.endswith("one\\ntwo\\r\\x1b[31mred\\x9b\n")


def test_text_of_a_traceback_cannot_forge_a_line(printed: Callable[[], str]) -> None:
    with logs.print_to_stderr(2, as_json=False):
        log.debug("failed", exc_info=ValueError("x\n2026-01-01T00:00:00.000Z INFO dwell all is well\x1b[2J"))
    first, *others = printed().splitlines()
    assert first.endswith(" DEBUG dwell.tests.logs failed")
    assert all(line.startswith("    ") and "\x1b" not in line for line in others)
    assert len(others) >= 2


@pytest.mark.parametrize(("verbosity", "levels"), [(0, "W"), (1, "WI"), (2, "WID"), (3, "WID")])
def test_verbosity_selects_levels(verbosity: int, levels: str, printed: Callable[[], str]) -> None:
    with logs.print_to_stderr(verbosity, as_json=False):
        log.warning("W")
        log.info("I")
        log.debug("D")
        assert logs.is_verbose() is (verbosity > 0)
    log.info("later")
    assert "".join(line[-1] for line in printed().splitlines()) == levels


def test_threads_do_not_share_their_context(printed: Callable[[], str]) -> None:
    def work() -> None:
        with logs.context(sweep="of the thread"):
            log.info("there")

    with logs.print_to_stderr(1, as_json=True), logs.context(sweep="mine"):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        log.info("here")
    assert [json.loads(line)["sweep"] for line in printed().splitlines()] == ["of the thread", "mine"]
