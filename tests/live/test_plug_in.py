"""Providers of installed packages: used like dwell's own, refused if they are broken, and no obstacle to others."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dwell.cli.main import main
from dwell.errors import NoDataError, SettingsError
from dwell.live import client_factory, load_responses
from dwell.providers import provider_registry
from dwell.providers.tikliveapi.client import TikLiveAPI
from dwell.settings import Settings
from dwell.testing import check_provider
from dwell.workspace.live import SweepRequest

SAMPLES = Path(__file__).parents[1] / "contract" / "samples" / "tikliveapi.json"
ORDER = SweepRequest(("@demo_kitchen",), posts=35)
WRAPPER = """
from dwell.records.item import ParseError
from dwell.providers.tikliveapi import parse
from dwell.providers.tikliveapi.client import TikLiveAPI


class Reader:
    def entity(self, item): return parse.entity(item)
    def post(self, item): return parse.post(item)
    def user(self, item): return parse.user(item)
    def comment(self, item): return parse.comment(item)
    def topic(self, item): return parse.topic(item)


class Mirror:
    name = "mirror"
    parser = Reader()

    def __init__(self): self._vendor = TikLiveAPI()
    def __getattr__(self, name): return getattr(self._vendor, name)


mirror = Mirror()
"""

Install = Callable[..., Path]


def _forget() -> None:
    """As a new process, which has seen no package yet."""
    for name in [name for name in sys.modules if name.startswith("plug_in_")]:
        del sys.modules[name]
    importlib.invalidate_caches()
    for cached in (provider_registry._entry_points, provider_registry.get_provider):
        cached.cache_clear()


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Puts a package with one entry point where this process finds it, and names its module."""

    def put(entry: str, source: str = WRAPPER, *, package: str = "mirror-tools", version: str = "1.0") -> Path:
        site, module = tmp_path / f"site-{package}", "plug_in_" + package.replace("-", "_")
        about = site / f"{package.replace('-', '_')}-{version}.dist-info"
        about.mkdir(parents=True, exist_ok=True)
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")
        (about / "entry_points.txt").write_text(f"[dwell.providers]\n{entry.replace('MODULE', module)}\n")
        (site / f"{module}.py").write_text(source)
        monkeypatch.syspath_prepend(str(site))
        _forget()
        return site

    yield put
    _forget()


@pytest.fixture
def uninstall(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    def remove(site: Path) -> None:
        monkeypatch.setattr(sys, "path", [place for place in sys.path if place != str(site)])
        _forget()

    return remove


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    """No provider has a key."""
    for name in ("TIKLIVEAPI", "SCAVIO", "DISPLAY_API", "RESEARCH_API"):
        monkeypatch.delenv(f"DWELL_{name}_KEY", raising=False)
    monkeypatch.delenv("TIKLIVEAPI_KEY", raising=False)
    monkeypatch.setenv("DWELL_SETTINGS", "")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return Settings()


@pytest.fixture
def mirrored(trial, monkeypatch):
    """The sandbox, which answers the plug-in as it answers TikLiveAPI."""
    address = trial.workspace.settings.provider("tikliveapi").url
    for name, value in (("URL", address), ("KEY", "sandbox-key"), ("LIMIT", "0/60")):
        monkeypatch.setenv(f"DWELL_MIRROR_{name}", str(value))
    return trial


# --- used like dwell's own -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["Mirror", "mirror"])
def test_a_package_offers_a_class_or_an_instance(install, what):
    install(f"mirror = MODULE:{what}")
    found = provider_registry.get_provider("mirror")
    assert type(found).__module__ == "plug_in_mirror_tools"
    assert provider_registry.get_provider("mirror") is found
    assert [*provider_registry.provider_names()] == [*provider_registry.PROVIDERS, "mirror"]
    check_provider(found, json.loads(SAMPLES.read_text("utf-8")))


def test_the_command_line_reads_posts_with_it(mirrored, install, capsys):
    install("mirror = MODULE:Mirror")
    data = str(mirrored.workspace.store.root)
    status = main(["sweep", "@demo_kitchen", "--provider", "mirror", "--posts", "35", "--data", data, "--json"])
    assert (status, json.loads(capsys.readouterr().out)["provider"]) == (0, "mirror")
    assert mirrored.query("SELECT source, count(*) FROM post_snapshots GROUP BY 1") == [("mirror-sandbox", 35)]
    (paid,) = mirrored.workspace.live.cost()
    assert (paid["provider"], paid["requests"]) == ("mirror", len(mirrored.calls()))


def test_its_responses_are_parsed_again_after_an_upgrade(mirrored, install, uninstall):
    old = install("mirror = MODULE:Mirror", WRAPPER.replace("return parse.post(item)", "return ParseError('not yet')"))
    assert (
        mirrored.workspace.live.sweep(SweepRequest(("@demo_kitchen",), posts=35, provider="mirror")).meta["rejected"]
        == 35
    )
    uninstall(old)
    install("mirror = MODULE:Mirror", package="mirror-next")
    (row,) = mirrored.workspace.live.replay(provider="mirror")
    assert (row["read_again"], row["posts_new"]) == (row["answers"], 35)
    (row,) = mirrored.workspace.live.replay()
    assert row["read_again"] == 0


def test_without_a_name_dwells_own_providers_come_first(install, settings, monkeypatch):
    install("mirror = MODULE:Mirror")
    monkeypatch.setenv("DWELL_MIRROR_KEY", "k")
    assert client_factory.choose_provider(settings, None) == "mirror"
    monkeypatch.setenv("DWELL_SCAVIO_KEY", "k")
    assert client_factory.choose_provider(settings, None) == "scavio"


# --- never in the way ------------------------------------------------------------------------------------------------


def test_packages_are_only_looked_up_when_needed(mirrored, monkeypatch, capsys):
    def never(**_: object) -> None:
        raise AssertionError("packages were looked up")

    monkeypatch.setattr("importlib.metadata.entry_points", never)
    _forget()
    data = ["--data", str(mirrored.workspace.store.root)]
    assert main(["--help"]) == 0
    assert main(["sweep", "@demo_kitchen", "--posts", "35", *data]) == 0
    assert main(["replay", *data]) == 0
    assert main(["status", *data]) == 0
    with pytest.raises(AssertionError, match="looked up"):
        provider_registry.get_provider("mirror")


def test_dwells_own_provider_is_never_replaced(install):
    install("tikliveapi = MODULE:Mirror")
    assert provider_registry.get_provider("tikliveapi") is provider_registry.PROVIDERS["tikliveapi"]
    assert [*provider_registry.provider_names()] == [*provider_registry.PROVIDERS]
    with pytest.raises(SettingsError, match="'tikliveapi' of package mirror-tools is ignored: dwell has"):
        provider_registry.get_provider("nope")


def test_a_broken_package_does_not_affect_the_others(mirrored, install):
    install("broken = MODULE:Nothing", "raise RuntimeError('no')", package="broken-tools")
    install("mirror = MODULE:Mirror")
    assert [*provider_registry.provider_names()][-2:] == ["broken", "mirror"]
    for provider in (None, "scavio", "mirror"):
        done = mirrored.workspace.live.sweep(SweepRequest(("@demo_kitchen",), posts=12, provider=provider))
        assert done.meta["complete"] == 1


# --- refused, with the package and the cure --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "source", "sentence"),
    [
        (
            "other = MODULE:Missing",
            WRAPPER,
            r"\(plug_in_mirror_tools:Missing\) cannot be loaded, AttributeError.*repair",
        ),
        ("other = MODULE:Mirror", "import no_such_module", "ModuleNotFoundError.*uninstall that package"),
        ("other = MODULE:Mirror", "def", "SyntaxError"),
        ("other = MODULE Mirror", WRAPPER, "cannot be loaded"),
        ("other = MODULE:Mirror", "class Mirror:\n    def __init__(self): raise OSError('gone')", "OSError.*gone"),
        ("other = MODULE:parse", WRAPPER, r"lacks base_url, .*headers\(\), .*check_provider"),
        ("other = MODULE:Mirror", f"{WRAPPER}\nMirror.parser = TikLiveAPI()", r"lacks parser.entity\(\), "),
        ("other = MODULE:Mirror", f"{WRAPPER}\nMirror.page = None", r"lacks page\(\):"),
        ("other = MODULE:Mirror", WRAPPER, "calls itself 'mirror': its author"),
        ("Other = MODULE:Mirror", WRAPPER, "lower-case letters.*renamed"),
        ("other_one = MODULE:Mirror", WRAPPER, "lower-case letters"),
        ("mirror-sandbox = MODULE:Mirror", WRAPPER, "marks simulated rows"),
    ],
)
def test_an_unusable_provider_is_refused_when_it_is_used(install, entry, source, sentence):
    install(entry, source)
    name = entry.split(" = ")[0]
    with pytest.raises(SettingsError, match=f"'{name}' of package mirror-tools .*{sentence}"):
        provider_registry.get_provider(name)
    with pytest.raises(SettingsError, match="mirror-tools" if name != "other" else "tiktok-organic, other, or install"):
        provider_registry.get_provider("nope")


def test_two_packages_cannot_have_the_same_name(install):
    install("mirror = MODULE:Mirror")
    install("mirror = MODULE:Mirror", package="mirror-twin")
    with pytest.raises(SettingsError, match="package mirror-tools and mirror-twin cannot be used: only one"):
        provider_registry.get_provider("mirror")


# --- uninstalled -----------------------------------------------------------------------------------------------------


def test_replay_names_responses_of_a_missing_package(mirrored, install, uninstall):
    asked = mirrored.workspace.live
    site = install("mirror = MODULE:Mirror")
    asked.sweep(SweepRequest(("@demo_kitchen",), posts=35, provider="mirror"))
    asked.sweep(ORDER)
    uninstall(site)
    with pytest.raises(
        SettingsError, match=r"^2 stored responses .* Unknown provider 'mirror': .* install the package"
    ):
        asked.replay()
    with pytest.raises(SettingsError, match="Unknown provider 'mirror'"):
        asked.replay(provider="mirror")
    (row,) = asked.replay(provider="tikliveapi", every=True)
    assert row["read_again"] == 2


def test_responses_waiting_for_a_package_do_not_block_others(mirrored, install, uninstall, monkeypatch):
    asked = mirrored.workspace.live
    site = install("mirror = MODULE:Mirror")
    with monkeypatch.context() as killed:
        killed.setattr("dwell.live.sweep.load_pending", lambda *_: None)
        killed.setattr("dwell.live.finalize.finalize", _die)
        with pytest.raises(NoDataError):
            asked.sweep(SweepRequest(("@demo_kitchen",), posts=70, provider="mirror"))
    uninstall(site)
    monkeypatch.setattr(load_responses, "_BATCH_RESPONSES", 1)  # those that wait fill more than one helping
    assert asked.sweep(SweepRequest(("@demo_pantry",), posts=35)).meta["posts_new"] == 35
    monkeypatch.syspath_prepend(str(site))
    _forget()
    assert asked.sweep(SweepRequest(("@demo_pantry",), posts=35, fresh=True)).meta["complete"] == 1
    by_source = "SELECT source, count(DISTINCT post_id) FROM post_snapshots GROUP BY 1 ORDER BY 1"
    assert mirrored.query(by_source) == [("mirror-sandbox", 70), ("tikliveapi-sandbox", 35)]


def _die(*_: object) -> None:
    raise NoDataError("the process ends here")


# --- which parser ----------------------------------------------------------------------------------------------------


def test_the_version_of_a_parser_is_its_number_and_its_package(install, uninstall):
    def version(source: str = WRAPPER, **named: str) -> str:
        site = install("mirror = MODULE:Mirror", source, **named)
        found = provider_registry.parser_version("mirror")
        uninstall(site)
        return found

    first = version()
    assert version(f"{WRAPPER}\nCHANGED = True\n") == first
    assert version(f"{WRAPPER}\nMirror.parser_version = 2\n") != first
    assert version(package="mirror-next", version="2.0") != version(package="mirror-next", version="2.0.1")
    assert provider_registry.parser_version("tikliveapi") == str(TikLiveAPI.parser_version)
