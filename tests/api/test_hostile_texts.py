"""Texts of strangers in what the server answers: JSON, CSV, headers, counters and its log."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any
from urllib.parse import quote

import msgspec
import pytest

from dwell import logs
from dwell.api import counters
from dwell.tracking.metrics import Metric

TRACK = "/api/v1/videos/track"
_LABEL = re.compile(r'([a-z]+)="((?:[^"\\\n]|\\["\\n])*)"')
_SAMPLE = re.compile(r'[a-z_]+(?:\{(?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)*\})? \S+')


def check(answer: Any, hostile: Any) -> None:
    """An answer has a body of its type, and headers on one line each."""
    assert answer.status_code < 500
    assert answer.headers["content-type"].startswith(("application/json", "application/problem+json"))
    assert answer.headers["x-content-type-options"] == "nosniff"
    json.loads(answer.content)
    for name, value in answer.headers.raw:
        assert re.fullmatch(rb"[!-~]+", name)
        assert re.fullmatch(rb"[ -~]*", value)
    assert not hostile.find_hidden(str(answer.headers))


def test_metadata_and_titles_come_back_as_they_are(client, service, video, fake, hostile):
    for text in hostile.CAPTIONS:
        body = {"video_link": fake.LINK, "duration_days": 1, "metadata": {text: text}}
        answer = client.post(TRACK, json=body)
        check(answer, hostile)
        assert answer.json()["metadata"] == {text: text}
        titled = msgspec.structs.replace(video.current_metadata, title=text)
        service.videos["vid_1"] = "acc_1", msgspec.structs.replace(video, current_metadata=titled)
        answer = client.get("/api/v1/videos/vid_1")
        check(answer, hostile)
        assert answer.json()["current_metadata"]["title"] == text


def test_half_a_character_is_no_server_error(client, fake, hostile):
    body = json.dumps({"video_link": fake.LINK, "duration_days": 1, "metadata": {"a": "\ud800"}})
    check(client.post(TRACK, content=body.encode()), hostile)


def test_what_is_wrong_is_said_in_one_line(client, hostile, log_lines):
    with log_lines() as lines:
        for text in (*hostile.CONTROLS, *hostile.MARKUP):
            place = quote(text, safe="")
            for path in (f"/api/v1/videos/{place}", f"/api/v1/videos?status={place}", f"/api/v1/{place}"):
                check(client.get(path), hostile)
            check(client.get(f"/api/v1/videos/vid_1/snapshots?format={place}"), hostile)
            check(client.post(TRACK, json={"video_link": text, "duration_days": text, text: text}), hostile)
            check(client.post("/api/v1/webhooks", json={"url": text, "events": [text], "secret": text}), hostile)
            name = "".join(sign for sign in text if " " <= sign <= "~")
            answer = client.get("/api/v1/videos", headers={"X-Request-Id": name, "X-API-Key": name})
            check(answer, hostile)
            assert answer.headers["x-request-id"] != name
    assert lines
    for line in lines:
        assert not hostile.find_hidden(line.getMessage())
        assert "\n" not in line.getMessage()


def test_a_csv_of_snapshots_runs_nothing(client, service, video, hostile):
    said = [msgspec.structs.replace(video.snapshots[0], provider=text) for text in hostile.CAPTIONS]
    service.videos["vid_1"] = "acc_1", msgspec.structs.replace(video, snapshots=said)
    answer = client.get("/api/v1/videos/vid_1/snapshots?format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))
    providers = [row["provider"] for row in rows]
    assert providers == [f"'{text}" if text in hostile.FORMULAS else text for text in hostile.CAPTIONS]
    assert all(row["views"].isdigit() for row in rows)


def test_prometheus_reads_every_label_as_it_is(hostile):
    texts = [text for text in hostile.CAPTIONS if text]
    metric = Metric("dwell_texts", "gauge", hostile.EVERYTHING, {(("text", text),): 1.0 for text in texts})
    page = counters.render(counters.ApiCounters(), [metric])
    read = []
    for line in page.split("\n"):
        if line.startswith("dwell_texts{"):
            assert _SAMPLE.fullmatch(line), line
            ((_, label),) = _LABEL.findall(line)
            read.append(re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), label))
        else:
            assert not line or line.startswith("#") or _SAMPLE.fullmatch(line), line
    assert read == texts


@pytest.mark.parametrize("as_json", [False, True])
def test_a_log_has_one_line_a_record(as_json, capsys, hostile):
    log = logs.get_logger("dwell.tests.hostile")
    texts = hostile.CAPTIONS
    with logs.print_to_stderr(2, as_json=as_json), logs.context(sweep=hostile.EVERYTHING):
        for text in texts:
            log.info("%(said)s", {"said": text})
    lines = capsys.readouterr().err.split("\n")[:-1]
    assert len(lines) == len(texts)
    for line in lines:
        assert not hostile.find_hidden(line)
        assert "INFO dwell.tests.hostile" in line or json.loads(line)["logger"] == "dwell.tests.hostile"
