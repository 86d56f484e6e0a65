"""The page about servers: its files are well-formed, and its table has every setting."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import dwell

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "running-a-server.md").read_text(encoding="utf-8")
SETTINGS = Path(dwell.__file__).parent / "settings"


def block(kind: str) -> str:
    (found,) = re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return found


@pytest.mark.parametrize("name", ["tracking.py", "webhooks.py"])
def test_every_setting_of_a_server_is_in_the_table(name: str) -> None:
    variables = set(re.findall(r"DWELL_[A-Z_]*[A-Z]", (SETTINGS / name).read_text(encoding="utf-8")))
    listed = set(re.findall(r"`(DWELL_[A-Z_]+)`", PAGE.partition("## Settings")[2]))
    assert variables - {"DWELL_PLAN"} <= listed


def test_the_compose_file_has_the_services() -> None:
    yaml = pytest.importorskip("yaml")
    services = yaml.safe_load(block("yaml"))["services"]
    assert services.keys() == {"db", "serve", "worker"}
    assert services["worker"]["depends_on"] == {"db": {"condition": "service_healthy"}}
    compile(services["serve"]["healthcheck"]["test"][-1], "healthcheck", "exec")


def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    unit = tmp_path / "dwell.service"
    unit.write_text(block("systemd").replace("/opt/dwell/bin/dwell", "/bin/true"))
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
