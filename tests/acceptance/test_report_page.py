"""The report in a real Chromium, by its command line: no network, no errors, light, dark, narrow, printed."""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dwell.charts import benchmarks, render
from dwell.charts.theme import PALETTE
from dwell.report import page

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (apt-get install chromium)")

# Runs in the page after it was laid out and tells the page around it what it saw.
PROBE = """
<script>addEventListener("load", () => {
  const seen = [...document.querySelectorAll("svg")].filter((svg) => svg.getBoundingClientRect().width > 0);
  const frame = document.documentElement;
  const report = {
    pictures: seen.length,
    empty: seen.filter((svg) => !svg.querySelector("path[fill],line[stroke],rect[fill]")).length,
    sideways: frame.scrollWidth > frame.clientWidth,
    spilled: seen.filter((svg) => [...svg.querySelectorAll("text")].some((text) => {
      const box = text.getBoundingClientRect(), page = svg.closest("section").getBoundingClientRect();
      return box.left < page.left - 1 || box.right > page.right + 1;
    })).length,
    cut: [...document.querySelectorAll("td, tbody th, .card, .posts li, .answer")].filter((part) => {
      const inner = part.closest("section").getBoundingClientRect(), box = part.getBoundingClientRect();
      return box.width > 0 && (box.right > inner.right + 1 || part.scrollWidth > part.clientWidth + 1);
    }).length,
    broken: [...document.querySelectorAll("td, tbody th, .value")].filter((part) => {
      const walk = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
      while (walk.nextNode()) {
        for (const found of walk.currentNode.data.matchAll(/[−+]?[0-9][0-9.,]*%?/g)) {
          const range = document.createRange();
          range.setStart(walk.currentNode, found.index);
          range.setEnd(walk.currentNode, found.index + found[0].length);
          if (range.getClientRects().length > 1) return true;
        }
      }
      return false;
    }).length,
    nav: getComputedStyle(document.querySelector("nav")).position,
    body: getComputedStyle(document.body).backgroundColor,
    ink: getComputedStyle(document.querySelector("h1")).color,
    rule: getComputedStyle(document.querySelector('#benchmarks [stroke="INK"]')).stroke,
    width: innerWidth,
    tips: document.querySelectorAll("[data-tip]").length,
    requests: performance.getEntriesByType("resource").length,
  };
  report.folded = document.querySelectorAll("details.fold:not([open])").length;
  dispatchEvent(new Event("beforeprint"));
  report.printed = document.querySelectorAll("details.fold[open]").length;
  parent.postMessage(Object.entries(report).map(([key, value]) => `${key}=${value}`).join("|"), "*");
});</script>
"""
# A frame of any width: Chromium's own window cannot be narrower than 500 pixels.
FRAME = """<!doctype html><script>
addEventListener("message", (message) => { document.documentElement.dataset.probe = message.data; });
</script><iframe src="probed.html" style="border:0;width:WIDTHpx;height:2400px"></iframe>
"""


@pytest.fixture(scope="module")
def report(account: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    content = account.content()
    rows = [{**post, "caption": LONG if at % 9 == 0 else post["caption"]} for at, post in enumerate(content.posts)]
    path.write_text(page.render(replace(content, posts=rows)), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def probed(report: Path) -> Path:
    """The same page with a script that looks around; the page's own policy would not let it run."""
    path = report.with_name("probed.html")
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", report.read_text(encoding="utf-8"))
    path.write_text(text.replace("</body>", PROBE.replace("INK", PALETTE["ink"].light) + "</body>"), encoding="utf-8")
    return path


STARTS = 3
LONG = "Donaudampfschifffahrtsgesellschaftskapitän" * 3 + " 🍝👩‍👩‍👧 שלום <b>bold</b> " + "w" * 90


def chromium(path: Path, profile: Path, *options: str, dark: bool = False) -> subprocess.CompletedProcess[str]:
    """Open a file; every host name resolves to nothing, so a request that leaves the page fails and is logged."""
    command = [
        str(CHROMIUM),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--disable-sync",
        "--no-first-run",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        "--enable-logging=stderr",
        "--v=0",
        "--hide-scrollbars",
        f"--blink-settings=preferredColorScheme={0 if dark else 1}",
        "--window-size=1280,2400",
        *options,
        path.as_uri(),
    ]
    for start in range(STARTS):  # on a busy machine a headless Chromium now and then never gets going
        fresh = profile / f"start-{start}"
        environment = {**os.environ, "HOME": str(fresh)}
        started = [command[0], f"--user-data-dir={fresh}", *command[1:]]
        try:
            return subprocess.run(started, capture_output=True, text=True, timeout=60, check=True, env=environment)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError(f"Chromium did not get going in {STARTS} starts")


def look(path: Path, profile: Path, *, width: int, dark: bool) -> dict[str, str]:
    frame = path.with_name(f"frame-{width}.html")
    frame.write_text(FRAME.replace("WIDTH", str(width)), encoding="utf-8")
    dom = chromium(frame, profile, "--dump-dom", dark=dark).stdout
    found = re.search(r'data-probe="([^"]*)"', dom)
    assert found is not None, dom[:400]
    return dict(part.split("=", 1) for part in found[1].split("|"))


def rgb(role: str, *, dark: bool) -> str:
    value = PALETTE[role].dark if dark else PALETTE[role].light
    return f"rgb({int(value[1:3], 16)}, {int(value[3:5], 16)}, {int(value[5:], 16)})"


def test_the_console_is_silent_and_the_script_runs_under_the_policy(report, tmp_path):
    done = chromium(report, tmp_path, "--dump-dom")
    assert "CONSOLE" not in done.stderr, [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert 'class="tip"' in done.stdout
    assert "data-tip=" in done.stdout


def test_a_foreign_script_and_a_foreign_picture_are_refused_by_the_policy(report, tmp_path):
    text = report.read_text(encoding="utf-8")
    path = report.with_name("attacked.html")
    foreign = '<script>document.title="taken"</script><img src="http://collector.test/x.png" alt="">'
    path.write_text(text.replace("</body>", f"{foreign}</body>"), encoding="utf-8")
    done = chromium(path, tmp_path, "--dump-dom")
    assert "<title>taken</title>" not in done.stdout
    assert done.stderr.count("Content Security Policy") >= 2


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1280, 390])
def test_light_and_dark_wide_and_narrow(probed, tmp_path, dark, width):
    seen = look(probed, tmp_path, dark=dark, width=width)
    assert seen["width"] == str(width)
    assert seen["pictures"] == "9"
    assert seen["empty"] == "0"
    assert seen["sideways"] == "false"
    assert seen["spilled"] == "0"
    assert seen["cut"] == "0"
    assert seen["broken"] == "0"
    assert seen["nav"] == "sticky"
    assert int(seen["printed"]) == int(seen["folded"]) > 0
    assert int(seen["tips"]) > 200
    assert seen["requests"] == "0"
    assert (seen["body"], seen["ink"], seen["rule"]) == (
        rgb("page", dark=dark),
        rgb("ink", dark=dark),
        rgb("ink", dark=dark),
    )


@pytest.mark.parametrize("width", [768, 881, 900])
def test_no_number_breaks_at_any_width(probed, tmp_path, width):
    seen = look(probed, tmp_path, dark=False, width=width)
    assert (seen["broken"], seen["sideways"], seen["cut"]) == ("0", "false", "0")


def test_a_screenshot_shows_a_page(report, tmp_path):
    shots = {}
    for dark in (False, True):
        picture = tmp_path / f"{dark}.png"
        chromium(report, tmp_path / f"profile-{dark}", f"--screenshot={picture}", dark=dark)
        shots[dark] = picture.read_bytes()
    assert struct.unpack(">II", shots[True][16:24]) == (1280, 2400)
    assert shots[True] != shots[False]
    assert min(len(shot) for shot in shots.values()) > 100_000


def pdf_streams(data: bytes) -> bytes:
    """The unpacked content of a PDF, as far as it is plainly deflated."""
    found = []
    for packed in re.findall(rb"stream\r?\n(.*?)endstream", data, re.DOTALL):
        try:
            found.append(zlib.decompressobj().decompress(packed))
        except zlib.error:
            continue
    return b"\n".join(found)


def test_it_prints_in_light_colours_on_several_pages(report, tmp_path):
    target = tmp_path / "report.pdf"
    chromium(report, tmp_path / "profile", "--no-pdf-header-footer", f"--print-to-pdf={target}", dark=True)
    data = target.read_bytes()
    content = data + pdf_streams(data)
    assert data.startswith(b"%PDF")
    pages = len(re.findall(rb"/Type\s*/Page\b", content))
    assert 4 <= pages <= 20
    red, green, blue = (int(PALETTE["dot"].light[i : i + 2], 16) / 255 for i in (1, 3, 5))
    fills = re.findall(rb"([\d.]+) ([\d.]+) ([\d.]+) rg", content)
    assert any(abs(float(r) - red) + abs(float(g) - green) + abs(float(b) - blue) < 0.01 for r, g, b in fills)


def test_an_interactive_chart_draws_without_network(account, tmp_path):
    found = account.posts()
    path = tmp_path / "chart.html"
    path.write_text(render.html(benchmarks(found, account.benchmarks(found))), encoding="utf-8")
    done = chromium(path, tmp_path / "profile", "--dump-dom", "--virtual-time-budget=10000")
    assert "CONSOLE" not in done.stderr, [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert done.stdout.count('aria-roledescription="circle"') > 100
