"""The page as a PDF: by Chromium where it is, and a sentence before any work where it is not."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from dwell.cli.main import main
from dwell.errors import SettingsError
from dwell.report.pdf import find_chromium, print_page

FAKE = """#!/bin/sh
for word in "$@"; do case "$word" in --print-to-pdf=*) printf '%%PDF-1.4' > "${word#--print-to-pdf=}";; esac; done
"""


def make_fake(path: Path, text: str) -> str:
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_a_page_is_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DWELL_CHROMIUM", make_fake(tmp_path / "chromium", FAKE))
    assert print_page("<p>é") == b"%PDF-1.4"


def test_a_browser_that_does_not_print_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = make_fake(tmp_path / "chromium", "#!/bin/sh\nexit 3\n")
    monkeypatch.setenv("DWELL_CHROMIUM", name)
    with pytest.raises(SettingsError, match="does not print the page: write a"):
        print_page("<p>")


def test_without_a_browser_nothing_is_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("DWELL_CHROMIUM", raising=False)
    assert find_chromium() is None
    words = ["report", "--creator", "@nobody", "-o", str(tmp_path / "x.pdf"), "--data", str(tmp_path / "data")]
    assert main(words) == 1
    assert "A .pdf needs Chromium or Chrome, and none is found" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(find_chromium() is None, reason="Chromium is not installed (apt-get install chromium)")
def test_a_real_browser_prints() -> None:
    assert print_page("<!doctype html><title>x</title><p>A page").startswith(b"%PDF-")
