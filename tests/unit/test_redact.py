from __future__ import annotations

import base64
import json
import re
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dwell.redact import HIDDEN, Redactor, redact_secrets, register_secrets, register_tokens

KEY = "Zx81kfo29dkfow92ls+9dkwo2/xk29s0fkw92+xks0Qa=="
PRINTABLE = "".join(map(chr, range(33, 127)))
KEYS = st.text(PRINTABLE, min_size=16, max_size=80)


def spellings(key: str) -> dict[str, str]:
    """A key as others may repeat it."""
    raw = key.encode()
    return {
        "plain": key,
        "upper": key.upper(),
        "percent": quote(key, safe=""),
        "percent, slash kept": quote(key),
        "percent, lower": quote(key, safe="").replace("%2B", "%2b").replace("%2F", "%2f"),
        "percent, twice": quote(quote(key, safe=""), safe=""),
        "form": quote_plus(key),
        "every character": "".join(f"%{byte:02x}" for byte in raw),
        "json": json.dumps(key)[1:-1].replace("/", "\\/"),
        "json, escaped": "".join(f"\\u{byte:04x}" for byte in raw),
        "html": "".join(f"&#{byte};" for byte in raw),
        "a form's spaces": key.replace("+", " "),
        "hexadecimal": raw.hex(),
        "base64": base64.b64encode(raw).decode(),
        "base64 of a header": base64.b64encode(b"x-api-key: " + raw).decode(),
        "base64 of a user": base64.b64encode(b"user:" + raw + b"\n").decode(),
        "base64 for URLs": base64.urlsafe_b64encode(b"k" + raw).decode(),
    }


def decoded(text: str) -> str:
    """The text with what is left of a key in it made visible."""
    plain = re.sub(r"\\u00([0-9a-fA-F]{2})", lambda hit: chr(int(hit[1], 16)), text.replace("\\/", "/"))
    for _ in range(3):
        plain = re.sub(r"%([0-9a-fA-F]{2})", lambda hit: chr(int(hit[1], 16)), plain)
    return re.sub(r"&#([0-9]+);", lambda hit: chr(int(hit[1])), plain)


def parts(key: str, size: int, text: str) -> list[str]:
    lower = decoded(text).lower()
    return [key[at : at + size] for at in range(len(key) - size + 1) if key[at : at + size].lower() in lower]


@pytest.mark.parametrize("form", spellings(KEY))
def test_a_whole_key_is_hidden_in_every_form(form: str) -> None:
    redactor, spelled = Redactor([KEY]), spellings(KEY)[form]
    text = redactor.redact_text(f"bad request for {spelled} and more")
    body = redactor.redact_body(f'{{"videos": [], "request": "key={spelled}", "n": 12}}'.encode()).decode()
    for shown in (text, body):
        assert HIDDEN in shown
        assert parts(KEY, 8, shown) == []
        assert len(spelled) - len(re.sub(r"[^A-Za-z0-9+/=_-]", "", shown)) > len(KEY) // 2 or form not in shown
    assert text.startswith("bad request for ")
    assert text.endswith(" and more")
    assert body.startswith('{"videos": [], "request": "key=')
    assert body.endswith(', "n": 12}')


@pytest.mark.parametrize("encode", [lambda raw: raw, base64.b64encode, lambda raw: quote(raw, safe="").encode()])
@pytest.mark.parametrize("length", [8, 11, 17, 30])
def test_any_8_characters_are_hidden_in_a_message(encode, length: int) -> None:
    redactor = Redactor([KEY])
    for at in range(len(KEY) - length + 1):
        part = encode(KEY[at : at + length].encode()).decode()
        assert part not in redactor.redact_text(f"masked: {part}****")


def test_16_characters_are_hidden_in_a_response_and_fewer_stay() -> None:
    redactor = Redactor([KEY])
    for at in range(len(KEY) - 15):
        for pad in range(8):  # wherever it stands in the response
            body = b'{"a": "' + b"." * pad + KEY[at : at + 16].encode() + b'"}'
            assert redactor.redact_body(body) == b'{"a": "' + b"." * pad + HIDDEN.encode() + b'"}'
    caption = json.dumps({"caption": KEY[:15]}).encode()
    assert redactor.redact_body(caption) == caption


def test_a_response_stays_json_and_numbers_stay_numbers() -> None:
    key = "7301234567890123456"
    body = b'{"id": 7301234567890123456, "ids": [97301234567890123456, 7301234567890123456], "as": "%s"}' % key.encode()
    found = json.loads(Redactor([key]).redact_body(body))
    assert found == {"id": 7301234567890123456, "ids": [97301234567890123456, 7301234567890123456], "as": HIDDEN}
    mixed = "ab7301234567890123456cd"  # its digits are part of an id
    assert Redactor([mixed]).redact_body(b'{"id": 17301234567890123456}') == b'{"id": 17301234567890123456}'


@pytest.mark.parametrize("key", ["k", "key", "short-7"])
def test_a_short_key_does_not_eat_words(key: str) -> None:
    redactor = Redactor([key])
    caption = json.dumps({"caption": f"the monkey and its {key}s {key}"}).encode()
    assert redactor.redact_body(caption) == caption
    assert redactor.redact_body(f'{{"x-api-key": "{key}"}}'.encode()).decode() == '{"x-api-key": "…"}'
    assert redactor.redact_text(f"it says {key} to a monkey") == "it says … to a monkey"


def test_without_a_key_nothing_changes() -> None:
    assert Redactor([]).redact_body(b'{"a": 1}') == b'{"a": 1}'
    assert Redactor([""]).redact_text("words") == "words"


@given(KEYS, st.sampled_from(sorted(spellings(KEY))), st.integers(0, 15), st.text(max_size=30))
def test_no_key_of_any_form_leaks(key: str, form: str, pad: int, around: str) -> None:
    redactor, spelled = Redactor([key]), spellings(key)[form]
    text = redactor.redact_text(f"{around}: {spelled} .")
    assert not set(parts(key, 8, text)) - set(parts(key, 8, around))
    if key.isdigit():
        return
    body = b"." * pad + json.dumps(around).encode() + b' "' + spelled.encode() + b'"'
    assert spelled.encode() not in redactor.redact_body(body)


@given(st.binary(max_size=400))
def test_a_response_without_the_key_is_untouched(body: bytes) -> None:
    assert Redactor([KEY]).redact_body(body) == body


def test_a_process_remembers_the_newest_tokens_and_every_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dwell.redact._MOST_TOKENS", 3)
    register_secrets(["key-0a1b2c3d4e5f"])
    tokens = [f"act.{number}{number}-token-{number * 1111111}" for number in range(1, 6)]
    register_tokens(tokens)
    register_tokens([tokens[2]])  # in use again
    register_tokens(["act.99-token-9999999"])
    shown = [token for token in tokens if redact_secrets(token) == token]
    assert shown == [tokens[0], tokens[1], tokens[3]]
    assert redact_secrets("key-0a1b2c3d4e5f") == "…"


def test_one_of_hundreds_of_tokens_is_found_in_every_spelling() -> None:
    many = [f"act.{number:04d}abcXYZ{number * 7919:08d}" for number in range(300)]
    register_tokens(many)
    for token in (many[0], many[150], many[299]):
        encoded = base64.b64encode(f"..{token}".encode()).decode()
        for text in (token, token.upper(), token[3:12], quote(token), encoded, token.encode().hex()):
            assert text not in redact_secrets(f"it says {text}, and more")
    assert redact_secrets("GET /open_api/v1.3/business/get/ 200") == "GET /open_api/v1.3/business/get/ 200"
