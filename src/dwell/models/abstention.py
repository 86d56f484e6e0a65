"""The verdict of a fit that abstained, as a file beside the models.

Without it, `score` would go on with the model of an older fit as if nothing had been learnt since.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dwell.disk.permissions import FILE, FOLDER
from dwell.disk.replace import write_whole
from dwell.errors import StorageError
from dwell.models.file_names import VERDICT
from dwell.models.model_schema import check_verdict

FORMAT = "dwell abstention"


@dataclass(frozen=True)
class Abstention:
    """A fit that abstained.

    Attributes:
        target: What it was to predict.
        inputs: What the model would have read.
        handles: Accounts, sorted.
        platform: Of their posts; None in verdicts of before it was stored.
        at: Time of the fit, ISO 8601 in UTC.
        reasons: Why it abstained.
        report: What `fit` reported.
        seq: Number of the newest batch of rows that it saw.
    """

    target: str
    inputs: str
    handles: tuple[str, ...]
    platform: str | None
    at: str
    reasons: tuple[str, ...]
    report: Mapping[str, Any]
    seq: int | None = None

    def supersedes(self, model: Mapping[str, Any]) -> bool:
        """Whether this fit came after that model of the same accounts, platform, target and inputs.

        Args:
            model: An entry of `artifact.list_models`.
        """
        same = (self.target, self.inputs, list(self.handles)) == (model["target"], model["inputs"], model["handles"])
        elsewhere = None not in {self.platform, model["platform"]} and self.platform != model["platform"]
        return same and not elsewhere and self.at >= model["trained_at"]


def save_abstention(report: Mapping[str, Any], at: str, seq: int, folder: Path) -> None:
    """Writes the verdict of a fit; a later one of the same accounts, platform, target and inputs replaces it.

    Args:
        report: The report of the fit.
        at: Time of the fit, ISO 8601 in UTC.
        seq: Number of the newest batch of rows that it saw.
        folder: The folder of models; created if it does not exist.

    Raises:
        StorageError: The folder cannot be written.
    """
    content = {"format": FORMAT, "schema": 1, "at": at, "seq": seq, "report": dict(report)}
    try:
        folder.mkdir(mode=FOLDER, parents=True, exist_ok=True)
        text = json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False)
        write_whole(_path(report, folder), text, mode=FILE)
    except OSError as problem:
        cure = "free or unlock that folder"
        raise StorageError(f"The verdict could not be written to {folder}: {problem.strerror}; {cure}.") from problem


def forget_abstention(report: Mapping[str, Any], folder: Path) -> None:
    """Removes the verdict that a newer, usable fit of the same accounts, platform, target and inputs replaces."""
    _path(report, folder).unlink(missing_ok=True)


def list_abstentions(folder: Path) -> list[Abstention]:
    """The stored verdicts, newest first; files that are not readable are left out."""
    verdicts = []
    for path in sorted(folder.glob(f"*{VERDICT}")):
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            check_verdict(content)
            report = content["report"]
            verdicts.append(
                Abstention(
                    report["target"],
                    report.get("inputs", "counters"),
                    tuple(report["creators"]),
                    report.get("platform"),
                    content["at"],
                    tuple(report.get("reasons", ())),
                    report,
                    content.get("seq"),
                )
            )
        except (OSError, ValueError, RecursionError):
            continue
    return sorted(verdicts, key=lambda verdict: verdict.at, reverse=True)


def _path(report: Mapping[str, Any], folder: Path) -> Path:
    names = [re.sub(r"[^a-z0-9._]+", "_", str(name).lower()) for name in report["creators"]]
    account = names[0] if len(names) == 1 else f"pooled-{len(names)}"
    elsewhere = [] if report["platform"] in {None, "tiktok"} else [report["platform"]]
    digest = f"{zlib.crc32('|'.join([*report['creators'], *elsewhere]).encode()):08x}"
    return folder / f"{report['target']}-{report['inputs']}-{account[:60]}-{digest}{VERDICT}"
