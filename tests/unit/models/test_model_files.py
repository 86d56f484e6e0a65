"""Nothing in the file of a model can raise anything but dwell's error, and nothing in one breaks the others."""

from __future__ import annotations

import copy
import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dwell.errors import ModelError
from dwell.models.abstention import list_abstentions, save_abstention
from dwell.models.artifact import _checksum, load, read_models, save
from dwell.models.scoring import score

WRONG = [None, True, -1, 3, 1e300, 10**400, "x", "\ud800", "", [], {}, [[]], {"x": 1}, [None], [True, "x"], [0.5], 0]


def leaves(content: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of every value, every object and every list; of a long list its first, its second and its last item."""
    yield path
    if isinstance(content, dict):
        for name in content:
            yield from leaves(content[name], (*path, name))
    elif isinstance(content, list):
        for place in sorted({0, 1, len(content) - 1} & {*range(len(content))}):
            yield from leaves(content[place], (*path, place))


def changed(content: dict[str, Any], path: tuple[Any, ...], value: Any) -> Any:
    """A copy with another value at a place; without the place where the value is `...`."""
    if not path:
        return {} if value is ... else value
    made = copy.copy(content)
    first, *rest = path
    if rest:
        made[first] = changed(content[first], tuple(rest), value)
    elif value is ...:
        del made[first]
    else:
        made[first] = value
    return made


def sign(content: Any) -> bytes:
    """With a checksum that is right: a stranger can compute it, too."""
    try:
        text = json.dumps({**content, "sha256": _checksum(content)})
    except (TypeError, ValueError):
        text = json.dumps(content)
    return text.encode()


@pytest.fixture(scope="module")
def stored(fitted, tmp_path_factory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("models")
    content = json.loads(save(fitted.model, folder).read_text())
    del content["sha256"]
    trees = content["model"]["regressor"]["blend"]["members"]["trees"]
    trees |= {name: trees[name][:2] for name in trees if name != "start"}  # a small file is read sooner
    return folder, content


def test_no_value_of_a_model_raises_anything_else(stored, fitted, made, monkeypatch) -> None:
    """Every place, each with a few wrong values or without its own; what is still a model can score."""
    folder, content = stored
    model_id = fitted.model.model_id
    text, chance, accepted, tried = "", random.Random(7), 0, 0
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: text)
    rows = [*made.account(4, seed=4, handle="made_up"), *made.unmeasured(made.account(4, seed=9, handle="made_up"))]
    for path in leaves(content):
        for value in [..., chance.choice(WRONG)]:
            text, tried = sign(changed(content, path, value)).decode(), tried + 1
            try:
                model = load(folder, model_id)
            except ModelError:
                continue
            accepted += 1
            score(model, rows)
    assert tried > 500
    assert accepted < tried / 2


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"format": ' * 5_000,
        b'{"model": "x"}',
        b'{"format": "dwell completion model", "schema": true}',
        b'{"format": "dwell completion model", "schema": -1}',
        b'{"format": "dwell completion model", "schema": 1, "model": NaN}',
        b'{"format": "dwell completion model", "schema": 1, "model": 1e999}',
        b'{"format": "dwell completion model", "schema": 1' + b"0" * 5_000 + b"}",
        b'{"format": "dwell completion model", "schema": 1' + b"0" * 400 + b"}",
        b"\xff\xfe{",
        b"",
    ],
)
def test_a_file_that_is_no_model(stored, fitted, tmp_path: Path, body: bytes) -> None:
    shutil.copytree(stored[0], tmp_path / "models")
    (tmp_path / "models" / "watch_ratio-x-20991231-00000000.json").write_bytes(body)
    models, refused = read_models(tmp_path / "models")
    assert [entry["model_id"] for entry in models] == [fitted.model.model_id]
    (reason,) = refused.values()
    assert reason.startswith("watch_ratio-x-20991231-00000000.json ")


@pytest.mark.parametrize("name", ["x" * 300, "x" * 5_000, "..", "a/b", "é", "x\0y", ""])
def test_a_name_that_is_none(stored, name: str) -> None:
    with pytest.raises(ModelError):
        load(stored[0], name)


def test_no_value_of_a_verdict_raises(fitted, tmp_path: Path) -> None:
    report = {**fitted.report, "verdict": "abstain", "reasons": ["it is noise"]}
    save_abstention(report, "2026-01-02T00:00:00Z", 3, tmp_path)
    (file,) = tmp_path.glob("*.abstained")
    content, chance = json.loads(file.read_text()), random.Random(3)
    for path in leaves(content):
        for value in [..., *chance.sample(WRONG, 2)]:
            file.write_text(json.dumps(changed(content, path, value)))
            for verdict in list_abstentions(tmp_path):
                verdict.supersedes({"target": "x", "inputs": "y", "handles": [], "platform": None, "trained_at": ""})
                assert (verdict.at[:10], verdict.reasons[:0]) == ("2026-01-02", ())
    file.write_text("[" * 100_000)
    assert list_abstentions(tmp_path) == []
