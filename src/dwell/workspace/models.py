"""The stored models: listed, shown, deleted, and the one that `score` uses without a name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from dwell.disk.errors import os_error
from dwell.errors import ModelError
from dwell.models import artifact, default_model
from dwell.models.abstention import list_abstentions
from dwell.models.file_names import MODEL
from dwell.results import Result
from dwell.workspace.fits import Fit

if TYPE_CHECKING:
    from dwell.workspace.workspace import Workspace

COLUMNS = (
    "model_id", "target", "inputs", "handles", "platform", "rows", "r2", "trained_at", "refit_due_at", "superseded",
    "default",
)  # fmt: skip


class Models:
    """Models of one data folder: `ws.models.list_all()`.

    Args:
        workspace: The data folder.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._folder: Path = workspace.store.root / "models"

    def list_all(self) -> Result:
        """One row per model, newest first.

        Returns:
            `model_id`, `target`, `inputs`, `handles`, `platform` (null in older models), `rows` that it was fitted on,
            `r2` out of fold, `trained_at`, `refit_due_at`, whether a later fit of the same accounts abstained
            (`superseded`), and whether it is the `default`. Files that cannot be read are in the warnings.
        """
        entries, refused = artifact.read_models(self._folder)
        verdicts, default = list_abstentions(self._folder), default_model.read(self._folder)
        rows = []
        for entry in entries:
            found: dict[str, Any] = {
                **entry,
                "superseded": any(verdict.supersedes(entry) for verdict in verdicts),
                "default": entry["model_id"] == default,
            }
            rows.append(tuple(found[name] for name in COLUMNS))
        warnings = [*refused.values()]
        if default is not None and all(entry["model_id"] != default for entry in entries):
            warnings.append(f"The default model, {default}, is not there any more: choose another one.")
        return Result(COLUMNS, rows, {"default": default, "warnings": warnings})

    def show(self, model_id: str) -> Fit:
        """The fit that made a model, as `Workspace.fit` returned it; `meta` also says whether it is the default.

        Raises:
            ModelError: There is no such model, or it cannot be read.
        """
        model = artifact.load(self._folder, self.find(model_id))
        return Fit.of({**model.report, "model_id": model.model_id, "default": model.model_id == self.default})

    def delete(self, model_id: str) -> str:
        """Delete a model; returns its id. If it was the default, there is none afterwards.

        Raises:
            ModelError: There is no such model.
        """
        found = self.find(model_id)
        path = self._folder / f"{found}{MODEL}"
        try:
            if self.default == found:
                default_model.forget(self._folder)
            path.unlink()
        except OSError as error:
            raise os_error(path, error) from error
        return found

    @property
    def default(self) -> str | None:
        """The model that `score` uses where none is named; None where it chooses by itself."""
        return default_model.read(self._folder)

    def set_default(self, model_id: str | None) -> str | None:
        """Let `score` use this model where none is named, for accounts of its platform; None lets it choose again.

        Raises:
            ModelError: There is no such model, or it cannot be read.
        """
        if model_id is None:
            default_model.forget(self._folder)
            return None
        found = artifact.load(self._folder, self.find(model_id)).model_id
        default_model.write(self._folder, found)
        return found

    def find(self, model_id: str) -> str:
        """The id of the model that is named so, whole or by its beginning.

        Raises:
            ModelError: There is none, or several.
        """
        stored = [path.name.removesuffix(MODEL) for path in sorted(self._folder.glob(f"*{MODEL}"))]
        found = [name for name in stored if name.startswith(model_id)] if model_id else []
        if model_id in stored:
            return model_id
        if not found:
            raise ModelError(f"No model {model_id!r} is stored: dwell models list shows them; dwell fit makes one.")
        if len(found) > 1:
            raise ModelError(f"{model_id!r} begins the ids of several models ({', '.join(found[:5])}): write more.")
        return found[0]
