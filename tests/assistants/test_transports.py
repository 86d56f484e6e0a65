"""The SDK's own client over stdio (a real process) and HTTP (the real server), and what a process says at its end."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from dwell.api.app import create_app
from dwell.api.server import serve_in_thread
from dwell.cli.main import main, make_command
from dwell.cli.serve import make_assistants
from dwell.mcp.stdio import find_refusal, replace_halves
from dwell.tracking.opening import open_tracking

COMMAND = [sys.executable, "-m", "dwell", "mcp"]
PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "assistants.md"


def test_stdio(data: Path) -> None:
    async def run() -> Any:
        server = StdioServerParameters(command=COMMAND[0], args=[*COMMAND[1:], "--data", str(data)])
        async with Client(stdio_client(server)) as client:
            return await client.call_tool("posts", {"creator": "@soup_house", "limit": 1})

    result = anyio.run(run)
    assert not result.is_error
    assert result.structured_content["total_rows"] == 30


@pytest.fixture(scope="module")
def served(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Any]]:
    """The address of a server on a copy of the folder, and its tracking service."""
    copy = tmp_path_factory.mktemp("served") / "data"
    shutil.copytree(data, copy)
    with open_tracking(copy) as tracking:
        app = create_app(
            tracking.service, assistants=make_assistants(tracking, None), cors_origins=["https://app.example"]
        )
        with serve_in_thread(app) as url:
            yield url, tracking.service


def test_http(served: tuple[str, Any]) -> None:
    url, service = served
    key = service.keys.create_first().key

    async def run() -> Any:
        async with (
            httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}) as http,
            Client(streamable_http_client(f"{url}/mcp", http_client=http)) as client,
        ):
            assert "sweep" not in {tool.name for tool in (await client.list_tools()).tools}
            videos = await client.call_tool("tracked_videos", {})
            return videos, await client.call_tool("posts", {"creator": "@soup_house", "limit": 1})

    videos, posts = anyio.run(run)
    assert videos.structured_content["total_rows"] == 0
    assert posts.structured_content["total_rows"] == 30


@pytest.mark.parametrize(
    ("headers", "method", "status", "said"),
    [
        ({}, "POST", 401, "API key"),
        ({"X-API-Key": "dwell_wrong"}, "POST", 401, "API key"),
        ({"X-API-Key": "OTHER"}, "POST", 403, "dwell keys create --account acc_local --scope read"),
        ({"X-API-Key": "TRACK"}, "POST", 403, "lacks the scope read"),
        ({"X-API-Key": "OWN", "Origin": "https://evil.example"}, "POST", 403, "--cors"),
        ({"X-API-Key": "OWN", "Origin": "https://app.example"}, "POST", 200, "tools"),
        ({"X-API-Key": "OWN"}, "GET", 405, "method"),
    ],
)
def test_http_takes_only_keys_of_this_machine(
    served: tuple[str, Any], headers: dict[str, str], method: str, status: int, said: str
) -> None:
    url, service = served
    service.keys.local_caller()
    made = {
        "OTHER": lambda: service.create_key(plan="pro").key,
        "OWN": lambda: service.create_key(account_id="acc_local", scopes=("read",)).key,
        "TRACK": lambda: service.create_key(account_id="acc_local", scopes=("track",)).key,
    }
    sent = {name: made[value]() if value in made else value for name, value in headers.items()}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    accepted = {"Accept": "application/json, text/event-stream", **sent}
    answer = httpx2.request(method, f"{url}/mcp", headers=accepted, json=None if method == "GET" else body)
    assert answer.status_code == status
    assert said in answer.text


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (r'"\ud800"', "\ufffd"),
        (r'"\uDFFF and \ud83d\udc4d"', "\ufffd and \U0001f44d"),
        (r'"\ud83d\ud83d\udc4d"', "\ufffd\U0001f44d"),
        (r'"\\ud800"', r"\ud800"),
        (r'"\\\ud800"', "\\\ufffd"),
    ],
)
def test_half_a_surrogate_pair_is_replaced(sent: str, read: str) -> None:
    assert json.loads(replace_halves(f"{sent}\n")) == read


def _nested(depth: int) -> str:
    lists = "[" * depth + "]" * depth
    params = f'{{"name":"posts","arguments":{{"creator":{lists}}}}}'
    return f'{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{params}}}'


@pytest.mark.parametrize(
    ("line", "code", "message_id"),
    [
        ("{", -32700, None),
        ("\ufffd\ufffd", -32700, None),
        ("[]", -32600, None),
        ("null", -32600, None),
        ('{"jsonrpc":"1.0","id":97,"method":"ping"}', -32600, 97),
        (_nested(300), -32600, 7),
        (_nested(5000), -32600, 7),
        (_nested(50000), -32600, 7),
    ],
)
def test_what_is_no_message_is_answered(line: str, code: int, message_id: int | None) -> None:
    refusal = find_refusal(f"{line}\n")
    assert refusal is not None
    assert (refusal["id"], refusal["error"]["code"]) == (message_id, code)


@pytest.mark.parametrize("line", [_nested(50), '{"jsonrpc":"2.0","id":"a","method":"ping"}'])
def test_a_message_is_left_to_the_server(line: str) -> None:
    assert find_refusal(f"{line}\n") is None


def test_a_stopped_process_says_one_line(data: Path) -> None:
    # A process in the background of a script is not to be stopped by Ctrl-C, and this test may run in one.
    code = "import signal; signal.signal(signal.SIGINT, signal.SIG_DFL); from dwell.__main__ import run; run()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "mcp", "--data", str(data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(
            b'no JSON\n{"jsonrpc":"2.0","id":0,"method":"ping","params":{"_meta":{"a":"\\ud800"}}}\n'
            b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n'
        )
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["error"]["code"] == -32700
        assert json.loads(process.stdout.readline()) == {"jsonrpc": "2.0", "id": 0, "result": {}}
        assert json.loads(process.stdout.readline()) == {"jsonrpc": "2.0", "id": 1, "result": {}}
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
        assert process.stdout.read() == b""
        assert process.stderr.read().decode() == (
            "dwell: stopped by Ctrl-C: what a sweep has read is kept; the assistant starts it again.\n"
        )


def test_a_closed_stdin_ends_it(data: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["mcp", "--data", str(data)]) == 0  # the stdin of a test is empty
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("words", [["mcp"], ["serve", "--mcp"]])
def test_without_the_extra_one_sentence_names_it(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda *_: None)
    assert main([*words, "--data", str(tmp_path / "data")]) == 1
    said = f"dwell: dwell {' '.join(words)} needs the Model Context Protocol SDK: pip install 'dwell[mcp]'.\n"
    assert capsys.readouterr().err == said
    assert not (tmp_path / "data").exists()


def test_credits_of_a_server_need_assistants(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--allow-credits", "5"]) == 2
    assert "add --mcp" in capsys.readouterr().err


def test_the_settings_of_clients_in_the_docs_are_json_and_start_dwell() -> None:
    blocks = re.findall(r"^```json\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    servers = [
        one for block in blocks for key, named in json.loads(block).items() if key != "inputs" for one in named.values()
    ]
    assert {"command" in server for server in servers} == {True, False}, "both transports are shown"
    for server in servers:
        if "command" in server:
            assert server["command"].endswith("/dwell")
            command, context = make_command(), make_command().make_context("dwell", ["status"])
            name, *words = server["args"]
            command.get_command(context, name).make_context(name, words, parent=context)
        else:
            assert server["url"].endswith("/mcp")
