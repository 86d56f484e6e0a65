"""Every command that asks metrics, end to end: with `--engine sc://...` it prints what it prints with DuckDB."""

from __future__ import annotations

import importlib.util
import json
import math
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dwell import clock
from dwell.cli.main import main
from dwell_sandbox.exports import COMPETITORS, OWN_ACCOUNT, write_exports

from .spark_settings import EVERYTHING_ON_SPARK, JAVA_OPTIONS, SETTINGS

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
OPTIONS = {"handle": "--creator", "as_of": "--as-of", "niche": "--niche"}
OWN, OTHER = f"@{OWN_ACCOUNT}", f"@{COMPETITORS[0]}"
COMMANDS = (
    ("status",),
    ("status", "--creator", OWN),
    ("benchmarks", "--by", "niche"),
    ("benchmarks", "--creator", OWN, "--scheme", "sweet-spot"),
    ("posts", "--creator", OWN, "--sort", "save_rate", "--limit", "30"),
    ("findings", "--creator", OWN, "--tz", "Europe/Berlin"),
    ("tiers", "--creator", OTHER, "--include", "ads"),
    ("trend", "--creator", OWN, "--every", "month"),
    ("posting-times", "--creator", OWN, "--tz", "Asia/Kathmandu"),
    ("growth", "--creator", OWN),
    ("audit", "--creator", OWN),
    ("fit", "--creator", OWN, "--target", "full_watch_rate"),
    ("score", "--creator", OTHER),
    ("vet", OTHER, "--stored"),
    ("topic", "--stored", "--hashtag", "onepan"),
)
ON_SPARK = COMMANDS if EVERYTHING_ON_SPARK else [words for words in COMMANDS if words[0] in {"posts", "trend", "topic"}]
ASKED = [*(("sail", words) for words in COMMANDS), *(("spark", words) for words in ON_SPARK)]
_OF_THE_MOMENT = {"model_id", "trained_at", "refit_due_at"}


def _topics(folder: Path) -> list[Path]:
    """Samples of the hashtag `onepan`, as exports of dwell."""
    samples = ["topic_kind,topic,observed_at,topic_posts,source"]
    posts = ["topic_kind,topic,observed_at,post_id,rank,posted_at,views,shares,source"]
    for day in range(1, 12):
        at = f"2026-02-{day:02d}T12:00:00Z"
        samples.append(f"hashtag,onepan,{at},{10_000 + 40 * day * day},test")
        for rank in range(1, 9):
            posted = f"2026-01-{10 + rank:02d}T08:00:00Z"
            post = 7_500_000_000_000_000_000 + rank
            posts.append(f"hashtag,onepan,{at},{post},{rank},{posted},{900 * day * rank},{day * rank},test")
    paths = []
    for name, lines in (("topic_samples", samples), ("topic_posts", posts)):
        paths.append(folder / f"{name}.csv")
        paths[-1].write_text("\n".join([*lines, ""]))
    return paths


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Accounts and a topic, partly sealed and partly in the journal, with posts in several versions, and a model."""
    folder = tmp_path_factory.mktemp("commands")
    data = folder / "data"
    (folder / "exports").mkdir()
    exports = write_exports(folder / "exports", seed=7, now=NOW)
    for number, export in enumerate(exports):
        words = [word for key, value in export.hints.items() for word in (OPTIONS[key], value)]
        quiet = ["--data", str(data), "-o", str(folder / "import.txt")]
        assert main(["import", str(export.path), *words, *quiet]) == 0
        if number == len(exports) // 2:
            import dwell

            assert dwell.open(data).seal() > 0
    assert main(["import", *map(str, _topics(folder)), "--data", str(data), "-o", str(folder / "import.txt")]) == 0
    assert main(["fit", "--creator", OWN, "--data", str(data), "-o", str(folder / "fit.txt")]) == 0
    return data


@pytest.fixture(scope="module")
def expected(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    folder = tmp_path_factory.mktemp("duckdb")
    return lambda words: _ask(folder, data, "duckdb", words)


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a running Spark Connect server."""
    yield from _sail() if request.param == "sail" else _spark()


def _sail() -> Iterator[str]:
    pytest.importorskip("pysail", reason="pysail is not installed (extra `sail`)")
    from pysail.spark import SparkConnectServer

    running = SparkConnectServer(ip="127.0.0.1", port=0)
    running.start(background=True)
    yield f"sc://127.0.0.1:{running.listening_address[1]}"
    running.stop()


def _spark() -> Iterator[str]:
    if importlib.util.find_spec("pyspark") is None or importlib.util.find_spec("pyspark.jars") is None:
        pytest.skip("the whole pyspark is not installed (extra `spark`; the client alone has no engine)")
    if shutil.which("java") is None:
        pytest.skip("no Java")
    import pyspark

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": str(port),
        **SETTINGS,
    }
    submit = Path(pyspark.__file__).parent / "bin" / "spark-submit"
    kind = ["--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "--master", "local[2]"]
    words = [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
    environment = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
    environment["JDK_JAVA_OPTIONS"] = JAVA_OPTIONS
    running = subprocess.Popen(
        [str(submit), *kind, *words, "spark-internal"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline and running.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.5)
        yield f"sc://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait(60)


def _ask(folder: Path, data: Path, engine: str, words: tuple[str, ...]) -> Any:
    written = folder / f"{'-'.join(words)[:80].replace('/', '_')}.json"
    assert main([*words, "--json", "--data", str(data), "--engine", engine, "-o", str(written)]) == 0
    return json.loads(written.read_text())


@pytest.mark.parametrize(
    ("server", "words"), ASKED, indirect=["server"], ids=lambda value: "".join(value).replace("@", "")
)
def test_a_command_gives_the_same_json(
    server: str, words: tuple[str, ...], data: Path, expected: Callable[..., Any], tmp_path: Path
) -> None:
    ours, theirs = _ask(tmp_path, data, server, words), expected(words)
    assert ours
    assert not _differences(ours, theirs)


@pytest.mark.parametrize("server", ["sail", "spark"] if EVERYTHING_ON_SPARK else ["sail"], indirect=True)
def test_the_report_and_a_chart_are_the_same(
    server: str, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    texts, charts = [], []
    for name, engine in (("duckdb", "duckdb"), ("spark", server)):
        page, chart = tmp_path / f"{name}.html", tmp_path / f"{name}.svg"
        monkeypatch.setenv("DWELL_ENGINE", engine)
        assert main(["report", "--creator", OTHER, "--data", str(data), "-o", str(page)]) == 0
        assert main(["benchmarks", "--data", str(data), "-o", str(chart)]) == 0
        texts.append(re.sub(r"<svg.*?</svg>", "", page.read_text(), flags=re.DOTALL))
        charts.append(re.findall(r"<text[^>]*>([^<]*)", chart.read_text()))
    assert texts[0] == texts[1]
    assert charts[0] == charts[1]
    assert len(charts[0]) > 10


def test_a_server_that_is_gone_is_a_sentence_and_exit_code_1(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pyspark")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"sc://127.0.0.1:{unused.getsockname()[1]}"
        assert main(["status", "--data", str(data), "--engine", address, "--json"]) == 1
    error = json.loads(capsys.readouterr().err)["error"]
    assert error["code"] == "engine"
    assert "start it, or leave out --engine" in error["message"]
    assert main(["status", "--data", str(data), "--engine", "spark://host"]) == 1
    assert "sc://127.0.0.1:15002" in capsys.readouterr().err


def _differences(ours: Any, theirs: Any, at: str = "") -> list[str]:
    """Where two documents differ by more than rounding; the id and times of a fit are of the moment."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        if set(ours) != set(theirs):
            return [f"{at}: keys {set(ours) ^ set(theirs)}"]
        names = [name for name in theirs if name not in _OF_THE_MOMENT]
        return [found for name in names for found in _differences(ours[name], theirs[name], f"{at}/{name}")]
    if isinstance(ours, list) and isinstance(theirs, list):
        if len(ours) != len(theirs):
            return [f"{at}: {len(ours)} instead of {len(theirs)}"]
        pairs = enumerate(zip(ours, theirs, strict=True))
        return [found for number, pair in pairs for found in _differences(*pair, f"{at}/{number}")]
    if isinstance(ours, float) and isinstance(theirs, (int, float)):
        return [] if math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-12) else [f"{at}: {ours} instead of {theirs}"]
    return [] if ours == theirs else [f"{at}: {ours!r} instead of {theirs!r}"]
