"""The page as a PDF, printed by a Chromium of this machine, offline."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from dwell.disk.temporary import temporary_folder
from dwell.errors import SettingsError

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_STARTS, _SECONDS = 3, 60
_OPTIONS = (
    *("--headless", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-dev-shm-usage", "--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND", "--no-pdf-header-footer"),
)


def find_chromium() -> str | None:
    """The path of Chromium or Chrome: `DWELL_CHROMIUM`, or one of its names on the PATH; None without one."""
    named = os.environ.get("DWELL_CHROMIUM", "").strip()
    return next((path for name in ([named] if named else _NAMES) if (path := shutil.which(name))), None)


def require_chromium() -> str:
    """The path of Chromium.

    Raises:
        SettingsError: There is none.
    """
    if path := find_chromium():
        return path
    raise SettingsError(
        "A .pdf needs Chromium or Chrome, and none is found: install it (apt-get install chromium), name it in "
        "DWELL_CHROMIUM, or write a .html and print it in your browser."
    )


def print_page(page: str) -> bytes:
    """The bytes of the PDF of a page.

    Raises:
        SettingsError: There is no Chromium, or it does not print.
    """
    chromium = require_chromium()
    with temporary_folder("dwell-pdf-") as folder:
        source, target = folder / "page.html", folder / "page.pdf"
        source.write_text(page, encoding="utf-8")
        for start in range(_STARTS):  # on a busy machine it now and then never gets going
            if _run(chromium, source, target, folder / f"profile-{start}"):
                return target.read_bytes()
    raise SettingsError(f"{chromium} does not print the page: write a .html and print it in your browser.")


def _run(chromium: str, source: Path, target: Path, profile: Path) -> bool:
    # Nobody but root runs it without its sandbox, and as root it does not start with one.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    command = [chromium, f"--user-data-dir={profile}", *sandbox, *_OPTIONS, f"--print-to-pdf={target}", source.as_uri()]
    environment = {**os.environ, "HOME": str(profile)}
    try:
        subprocess.run(command, capture_output=True, timeout=_SECONDS, check=True, env=environment)
    except (OSError, subprocess.SubprocessError):
        return False
    return target.is_file() and target.read_bytes()[:5] == b"%PDF-"
