"""What dwell is built from: exact versions by digest, licences that allow its use, and a list of both in the wheel."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import dependencies
import pytest
from hatchling.build import build_wheel

import dwell

ROOT = Path(__file__).parents[2]
LOCKS = sorted(ROOT.glob("requirements*.lock"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_is_locked_by_version_and_digest(lock: Path) -> None:
    requirements = re.split(r"\n(?=\w)", re.sub(r"^\s*#.*\n", "", lock.read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert len(requirements) > 20
    for requirement in requirements:
        assert re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+", requirement), requirement
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", requirement), requirement
        assert "://" not in requirement


@pytest.mark.parametrize("one", dependencies.read_dependencies(), ids=lambda one: f"{one.name} {one.version}")
def test_licence_allows_use(one: dependencies.Dependency) -> None:
    choices = [set(part.split(" AND ")) for part in one.licence.split(" OR ")]
    assert any(choice <= dependencies.ALLOWED for choice in choices), one.licence


def test_wheel_has_the_sbom_and_says_that_it_is_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    with zipfile.ZipFile(tmp_path / build_wheel(str(tmp_path))) as wheel:
        assert "dwell/py.typed" in wheel.namelist()
        sbom = json.loads(wheel.read(f"dwell-{dwell.__version__}.dist-info/sboms/sbom.cdx.json"))
    listed = {(component["name"], component["version"]) for component in sbom["components"]}
    assert listed == {(one.name, one.version) for one in dependencies.read_dependencies()}
    (needed,) = (entry["dependsOn"] for entry in sbom["dependencies"] if entry["ref"] == "dwell")
    assert any(purl.startswith("pkg:pypi/duckdb@") for purl in needed)
