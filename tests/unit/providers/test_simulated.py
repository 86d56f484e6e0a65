from __future__ import annotations

from pathlib import Path

from dwell.providers.format_registry import read
from dwell.records import Hints
from dwell_sandbox.exports import DEMO_SEED, write_exports


def test_every_simulated_export_is_recognised(tmp_path: Path, scratch: Path) -> None:
    import dwell.clock

    wanted = {"apify": "apify", "web": "web-items", "watch": "watch-template"}
    for export in write_exports(tmp_path, seed=DEMO_SEED, now=dwell.clock.now()):
        file = read(export.path, Hints(**export.hints), scratch)
        assert file.format == wanted.get(export.path.name.split("_")[0], "studio")
        assert all(extract.path.stat().st_size for extract in file.extracts)
