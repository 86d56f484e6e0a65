"""Models as files: readable JSON with a checksum.

No pickle is ever written or read, so a model from a stranger can be wrong, but can never run code.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dwell.disk.permissions import FILE, FOLDER
from dwell.disk.replace import write_whole
from dwell.errors import ModelError, StorageError
from dwell.models.feature_names import FEATURES, TOPIC_FEATURES
from dwell.models.file_names import MODEL
from dwell.models.model_schema import check_model

if TYPE_CHECKING:  # listing models needs no estimator, whose import takes a second
    from dwell.models.completion_model import CompletionModel

FORMAT = "dwell completion model"
SCHEMA = 3
"""Increased when older code cannot read the new files: 2 adds `feature_names.TOPIC_FEATURES`, 3 columns of accounts and
buckets, and models of fewer columns. A model is written with the lowest that describes it."""
_ID = re.compile(r"[a-z0-9_][a-z0-9._-]{0,199}")
_MOST_BYTES = 256 << 20


def save(model: CompletionModel, folder: Path) -> Path:
    """Writes the model as `<model_id>.json`, atomically.

    Args:
        model: The model.
        folder: The folder of models; created if it does not exist.

    Raises:
        StorageError: The folder cannot be written.
    """
    import sklearn

    content = {
        "format": FORMAT,
        "schema": _schema(model),
        "versions": {"dwell": metadata.version("dwell"), "scikit-learn": sklearn.__version__},
        "model": model.state(),
    }
    path = _model_path(folder, model.model_id)
    try:
        folder.mkdir(mode=FOLDER, parents=True, exist_ok=True)
        text = json.dumps({**content, "sha256": _checksum(content)}, indent=1, allow_nan=False, ensure_ascii=False)
        write_whole(path, text, mode=FILE)
    except OSError as problem:
        cure = "free or unlock that folder"
        raise StorageError(f"The model could not be written to {folder}: {problem.strerror}; {cure}.") from problem
    return path


def load(folder: Path, model_id: str) -> CompletionModel:
    """Reads a stored model.

    Args:
        folder: The folder of models.
        model_id: The model's id.

    Raises:
        ModelError: No such model; or the file was altered, is newer than this dwell, or is not one of its models.
    """
    from dwell.models.completion_model import CompletionModel

    return CompletionModel.from_state(_read_state(folder, model_id))


def _read_state(folder: Path, model_id: str) -> dict[str, Any]:
    """What the file says of the model; the errors of `load`."""
    path = _model_path(folder, model_id)
    content = _read_checked(path, model_id)
    try:
        check_model(content["model"])
    except (KeyError, ValueError) as problem:
        raise ModelError(f"{path.name} does not contain a complete model ({problem}): fit it again.") from problem
    state: dict[str, Any] = content["model"]
    if state["model_id"] != model_id:
        raise ModelError(f"{path.name} contains a different model than its name says: fit it again.")
    return state


def list_models(folder: Path, target: str | None = None) -> list[dict[str, Any]]:
    """The stored models, newest first; files that `load` would refuse are left out, see `read_models`.

    Args:
        folder: The folder of models.
        target: Only models of this target.

    Returns:
        `model_id`, `target`, `inputs`, `handles`, `platform` (None in older models), `rows`, `trained_at`,
        `refit_due_at`; `r2` out of fold and `r2_by_account` (handle -> R², pooled models only).
    """
    return [entry for entry in read_models(folder)[0] if target in (None, entry["target"])]


def read_models(folder: Path) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The stored models, as `list_models` has them, and the files that `load` refuses.

    Returns:
        The models, newest first; and the id that a refused file is named by -> the reason.
    """
    models, refused = [], {}
    for path in sorted(folder.glob(f"*{MODEL}")):
        model_id = path.name.removesuffix(MODEL)
        try:
            models.append(_entry(_read_state(folder, model_id)))
        except ModelError as problem:
            refused[model_id] = str(problem)
    return sorted(models, key=lambda entry: (entry["trained_at"], entry["model_id"]), reverse=True), refused


def _entry(state: Mapping[str, Any]) -> dict[str, Any]:
    training, report = state["training"], state["report"]
    return {
        "model_id": state["model_id"],
        "target": state["target"],
        "inputs": report.get("inputs", "counters"),
        "platform": training.get("platform"),
        **{name: training[name] for name in ("handles", "rows", "trained_at", "refit_due_at")},
        "r2": (report.get("out_of_fold") or {}).get("r2"),
        "r2_by_account": {line["handle"]: line["r2"] for line in report.get("by_account") or ()},
    }


def _schema(model: CompletionModel) -> int:
    if model.columns == FEATURES:
        return 1
    return 2 if model.columns == (*FEATURES, *TOPIC_FEATURES) else SCHEMA


def _model_path(folder: Path, model_id: str) -> Path:
    if not _ID.fullmatch(model_id):
        raise ModelError(f"{model_id!r} is not a model id; `dwell fit` prints the id of each model.")
    return folder / f"{model_id}{MODEL}"


def _checksum(content: Mapping[str, Any]) -> str:
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _read_checked(path: Path, model_id: str) -> dict[str, Any]:
    """The file's content, after checking format, schema and checksum."""
    try:
        if not path.is_file():
            raise ModelError(f"Model {model_id!r} not found in {path.parent}: `dwell fit` creates one.")
        if path.stat().st_size > _MOST_BYTES:
            raise ModelError(f"{path.name} is larger than any model of dwell: fit the model again.")
        content = json.loads(path.read_text(encoding="utf-8"))
        json.dumps(content, ensure_ascii=False, allow_nan=False).encode()  # text and numbers that cannot be shown
    except (ValueError, OSError, RecursionError) as problem:
        raise ModelError(f"{path.name} is not a readable model file; fit the model again.") from problem
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ModelError(f"{path.name} is not a model of dwell; only files that `dwell fit` wrote can be used.")
    schema = content.get("schema")
    if type(schema) is not int or schema < 1:
        raise ModelError(f"{path.name} is not a model of dwell (schema {schema!r:.40}); fit the model again.")
    if schema > SCHEMA:
        newer = f"schema {schema!s:.40}, this one reads {SCHEMA}"
        raise ModelError(f"{path.name} was written by a newer dwell ({newer}); update dwell or fit again.")
    expected = content.pop("sha256", None)
    if expected != _checksum(content):
        raise ModelError(f"{path.name} was altered after it was written (its checksum differs); fit the model again.")
    return content
