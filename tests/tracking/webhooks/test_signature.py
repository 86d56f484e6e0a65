"""Signatures are those of Standard Webhooks: its own libraries verify them, in Python and in JavaScript."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from dwell import clock
from dwell.errors import InvalidRequestError
from dwell.tracking.webhook_signature import check_secret, new_secret, sign

BODY = '{"type":"snapshot.created","data":{"title":"Grüße 👋 \\u0000 </script>"}}'.encode()

VERIFY = """
import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";
for (const { secret, headers, body, valid } of JSON.parse(readFileSync(0, "utf8"))) {
  let verified = true;
  try { new Webhook(secret).verify(body, headers); } catch (error) { verified = false; }
  if (verified !== valid) { console.error(JSON.stringify({ headers, valid })); process.exit(1); }
}
console.log("verified");
"""


@pytest.fixture(scope="session")
def javascript(tmp_path_factory) -> Path:
    """A folder with the npm package."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("Node is not installed")
    folder = tmp_path_factory.mktemp("node")
    (folder / "package.json").write_text('{"name": "verify", "private": true, "type": "module"}')
    command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "standardwebhooks@1"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    except subprocess.TimeoutExpired:
        pytest.skip("npm did not install standardwebhooks within two minutes")
    if done.returncode:
        pytest.skip("npm cannot install standardwebhooks here")
    (folder / "verify.js").write_text(VERIFY)
    return folder


def cases() -> list[tuple[str, dict[str, str], bool]]:
    """Secret, headers, and whether they are valid for BODY."""
    now, old, new, other = clock.now(), new_secret(), new_secret(), new_secret()
    long = "whsec_" + base64.b64encode(bytes(range(64))).decode()
    short = "whsec_" + base64.b64encode(bytes(range(24))).decode()
    both = sign("evt_1", now, BODY, [new, old])
    forged = both | {"webhook-id": "evt_2"}
    return [
        (new, sign("evt_1", now, BODY, [new]), True),
        (long, sign("evt_1", now, BODY, [long]), True),
        (short, sign("evt_1", now, BODY, [short]), True),
        (new, both, True),
        (old, both, True),
        (other, both, False),
        (new, forged, False),
        (new, sign("evt_1", now, BODY + b" ", [new]), False),
        (new, sign("evt_1", now - timedelta(hours=1), BODY, [new]), False),
    ]


def test_the_python_library_verifies_them():
    for secret, headers, valid in cases():
        try:
            verified = Webhook(secret).verify(BODY, headers) == json.loads(BODY)
        except WebhookVerificationError:
            verified = False
        assert verified == valid


def test_the_javascript_library_verifies_them(javascript):
    given = [
        {"secret": one, "headers": headers, "body": BODY.decode(), "valid": valid} for one, headers, valid in cases()
    ]
    done = subprocess.run(
        ["node", "verify.js"], cwd=javascript, input=json.dumps(given), capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("verified\n", "")


def test_the_example_of_the_specification():
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    headers = sign("msg_p5jXN8AQM9LWM0D4loKWxJek", datetime.fromtimestamp(1614265330, UTC), body, [secret])
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_new_secret_is_one():
    assert check_secret(new_secret()) != new_secret()


@pytest.mark.parametrize(
    ("secret", "reason"),
    [
        ("whsec_your_secret", "'_' isn't a character of standard base64"),
        ("whsec_-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "'-' isn't a character of standard base64"),
        ("your_secret", "it must begin with whsec_"),
        ("", "it must begin with whsec_"),
        ("whsec_", "its base64 has 0 bytes, and 24 to 64 are needed"),
        ("whsec_" + base64.b64encode(bytes(23)).decode(), "its base64 has 23 bytes, and 24 to 64 are needed"),
        ("whsec_" + base64.b64encode(bytes(65)).decode(), "its base64 has 65 bytes, and 24 to 64 are needed"),
        ("whsec_" + base64.b64encode(bytes(32)).decode().rstrip("="), "isn't complete base64"),
        ("whsec_" + base64.b64encode(bytes(32)).decode() + "\n", "isn't a character of standard base64"),
        ("whsec_" + "é" * 40, "'é' isn't a character of standard base64"),
    ],
)
def test_a_secret_that_is_none_is_refused_with_the_reason(secret, reason):
    with pytest.raises(InvalidRequestError) as caught:
        check_secret(secret)
    assert reason in str(caught.value)
    assert caught.value.details[0][0] == "secret"
    assert len(secret) < 12 or secret.removeprefix("whsec_") not in str(caught.value)
