from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dwell.errors import SettingsError
from dwell.settings import Settings
from dwell.settings.provider import ProviderSettings, Rate
from dwell.settings.secret import Secret

KEY = "sk_live_0a1b2c3d4e5f"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("tikliveapi", "scavio", "display_api", "research_api"):
        for field in ("KEY", "TOKEN", "URL", "LIMIT", "CREDIT_PRICE"):
            monkeypatch.delenv(f"DWELL_{name.upper()}_{field}", raising=False)
    for variable in ("TIKLIVEAPI_KEY", "DWELL_SETTINGS", "DWELL_THREADS"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """A settings file at its default path, readable only by its owner unless `mode` says otherwise."""

    def _written(text: str | bytes, mode: int = 0o600) -> Path:
        path = tmp_path / "config" / "dwell" / "settings.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        path.chmod(mode)
        return path

    return _written


def test_nothing_is_set() -> None:
    assert Settings().provider("tikliveapi") == ProviderSettings()


@pytest.mark.parametrize(
    ("variable", "name"),
    [
        ("DWELL_TIKLIVEAPI_KEY", "tikliveapi"),
        ("TIKLIVEAPI_KEY", "tikliveapi"),
        ("DWELL_SCAVIO_KEY", "scavio"),
        ("DWELL_DISPLAY_API_TOKEN", "display-api"),
        ("DWELL_RESEARCH_API_TOKEN", "research-api"),
        ("DWELL_RESEARCH_API_TOKEN", "research_api"),
    ],
)
def test_keys_in_the_environment(monkeypatch: pytest.MonkeyPatch, variable: str, name: str) -> None:
    monkeypatch.setenv(variable, f"  {KEY}\n")
    key = Settings().provider(name).key
    assert key is not None
    assert key.reveal() == KEY
    assert Settings().provider("other").key is None


def test_our_own_variable_takes_precedence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIKLIVEAPI_KEY", "theirs")
    monkeypatch.setenv("DWELL_TIKLIVEAPI_KEY", "ours")
    assert Settings().provider("tikliveapi").key == Secret("ours")


def test_a_file_gives_everything(written: Callable[..., Path]) -> None:
    written('[providers.scavio]\nkey = "k"\nurl = "http://127.0.0.1:8123/"\nlimit = "10/60"\ncredit_price = 0.01\n')
    assert Settings().provider("scavio") == ProviderSettings(Secret("k"), "http://127.0.0.1:8123", Rate(10, 60.0), 0.01)


def test_a_section_may_belong_to_a_plug_in(written: Callable[..., Path]) -> None:
    written('[providers.my-plug-in]\nkey = "mine"\n[providers.scavio]\nkey = "k"\n')
    assert Settings().provider("scavio").key == Secret("k")
    assert Settings().provider("my-plug-in").key == Secret("mine")


@pytest.mark.parametrize("section", ["display-api", "display_api"])
@pytest.mark.parametrize("field", ["key", "token"])
def test_names_with_a_dash_and_tokens(written: Callable[..., Path], section: str, field: str) -> None:
    written(f'[providers.{section}]\n{field} = "act.1"\n')
    assert Settings().provider("display-api").key == Secret("act.1")


def test_the_environment_beats_the_file_field_by_field(
    written: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    written('[providers.scavio]\nkey = "file"\nlimit = "10/60"\ncredit_price = 1\n')
    monkeypatch.setenv("DWELL_SCAVIO_TOKEN", "environment")
    monkeypatch.setenv("DWELL_SCAVIO_LIMIT", "none")
    monkeypatch.setenv("DWELL_SCAVIO_URL", "http://localhost:1")
    assert Settings().provider("scavio") == ProviderSettings(
        Secret("environment"), "http://localhost:1", Rate(0, 1.0), 1.0
    )


def test_a_named_file(written: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = written('[providers.scavio]\nkey = "elsewhere"\n').rename(tmp_path / "mine.toml")
    monkeypatch.setenv("DWELL_SETTINGS", str(path))
    assert Settings().provider("scavio").key == Secret("elsewhere")
    monkeypatch.setenv("DWELL_SETTINGS", str(tmp_path / "none.toml"))
    with pytest.raises(SettingsError, match=r"none\.toml: correct DWELL_SETTINGS"):
        Settings().provider("scavio")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o660, 0o666, 0o644])
def test_a_file_that_others_can_use_is_refused(written: Callable[..., Path], mode: int) -> None:
    path = written(f'[providers.scavio]\nkey = "{KEY}"\n', mode)
    with pytest.raises(SettingsError, match=rf"chmod 600 {path}") as caught:
        Settings().provider("scavio")
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"[providers.scavio]\nkey = {KEY}\n", "isn't valid TOML .at line 2"),
        (f'[providers.scavio]\nkey = "{KEY}', "isn't valid TOML"),
        (f'key = "{KEY}"\nkey = "{KEY}"', "isn't valid TOML"),
        (b"\xff\xfe", "isn't UTF-8"),
        (f'providers = "{KEY}"', "providers isn't a table"),
        (f'[providers]\nscavio = "{KEY}"', "providers.scavio isn't a table"),
        (f'[providers.scavio]\nkye = "{KEY}"', "Unknown setting kye in .providers.scavio. of "),
        (
            f'[providers.my-plug-in]\nkye = "{KEY}"',
            r"Unknown setting kye in \[providers.my-plug-in\] .* are key, token, url, limit",
        ),
        (f'[providers]\nmy-plug-in = "{KEY}"', "providers.my-plug-in isn't a table"),
        (
            f'[provider.scavio]\nkey = "{KEY}"',
            r"Unknown setting provider in .* \[providers.scavio\] are allowed, with key",
        ),
        (f'key = "{KEY}"\n[sweep]\nposts = 5', "Unknown setting key, sweep in "),
        ('data = "elsewhere"', "Unknown setting data .* the environment: DWELL_DATA"),
        (f'[providers.scavio]\nkey = ["{KEY}"]', "key in .providers.scavio. of .* isn't a valid key"),
        (f'[providers.scavio]\nkey = "{KEY} {KEY}"', "isn't a valid key"),
        (f'[providers.scavio]\nkey = "{KEY}\\n{KEY}"', "isn't a valid key"),
        (f'[providers.scavio]\nkey = "{KEY}é"', "isn't a valid key"),
        ('[providers.scavio]\nkey = ""', "isn't a valid key"),
        (f'[providers.scavio]\nurl = "https://{KEY}@host"', "url in .* isn't a valid address"),
        (f'[providers.scavio]\nurl = "https://host?key={KEY}"', "isn't a valid address"),
        ('[providers.scavio]\nurl = "ftp://host"', "isn't a valid address"),
        ('[providers.scavio]\nurl = "http://[::1"', "isn't a valid address"),
        ('[providers.scavio]\nlimit = "200"', 'limit in .* such as "200/60"'),
        ('[providers.scavio]\nlimit = "200/0"', "isn't a valid limit"),
        ("[providers.scavio]\nlimit = 200", "isn't a valid limit"),
        ('[providers.scavio]\ncredit_price = "cheap"', "credit_price in .* isn't a valid price"),
        ("[providers.scavio]\ncredit_price = -1", "isn't a valid price"),
        ("[providers.scavio]\ncredit_price = nan", "isn't a valid price"),
        ("[providers.scavio]\ncredit_price = true", "isn't a valid price"),
        ("[providers.scavio]\ncredit_price = 1e300", "at most 1,000"),
        ("[providers.scavio]\ncredit_price = 1000.1", "at most 1,000"),
    ],
)
def test_malformed_files_name_the_place_and_never_a_key(
    written: Callable[..., Path], text: str | bytes, says: str
) -> None:
    path = written(text)
    with pytest.raises(SettingsError, match=says) as caught:
        Settings().provider("scavio")
    assert str(path) in str(caught.value)
    chain: BaseException | None = caught.value
    while chain is not None:
        assert KEY not in f"{chain} {chain!r}"
        chain = chain.__cause__


def test_malformed_variables_name_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DWELL_SCAVIO_LIMIT", "fast")
    with pytest.raises(SettingsError, match="DWELL_SCAVIO_LIMIT isn't a valid limit"):
        Settings().provider("scavio")
    monkeypatch.setenv("DWELL_THREADS", "many")
    with pytest.raises(SettingsError, match="DWELL_THREADS is 'many'"):
        Settings.read()


@pytest.mark.parametrize("size", ["300MB", "2GB", "1.5GiB", "512 mb"])
def test_valid_memory_sizes(monkeypatch: pytest.MonkeyPatch, size: str) -> None:
    monkeypatch.setenv("DWELL_MEMORY", size)
    assert Settings.read().memory == size


@pytest.mark.parametrize("size", ["abc", "300", "-1GB", "80%", "1e9MB", "GB", "0MB", "0.0 GB", "9999999TB"])
def test_invalid_memory_sizes(monkeypatch: pytest.MonkeyPatch, size: str) -> None:
    monkeypatch.setenv("DWELL_MEMORY", size)
    with pytest.raises(SettingsError, match=r"DWELL_MEMORY is .* such as 300MB"):
        Settings.read()


def test_a_folder_in_place_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DWELL_SETTINGS", str(tmp_path))
    with pytest.raises(SettingsError, match="is a folder: name a file in it"):
        Settings().provider("scavio")


def test_a_pipe_in_place_of_the_file_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    monkeypatch.setenv("DWELL_SETTINGS", str(tmp_path / "pipe"))
    with pytest.raises(SettingsError, match="pipe is a pipe: save what it gives as a file"):
        Settings().provider("scavio")


def test_the_default_file_is_below_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative/folders/do/not/count")
    monkeypatch.setenv("HOME", str(tmp_path))
    path = tmp_path / ".config" / "dwell" / "settings.toml"
    path.parent.mkdir(parents=True)
    path.write_text('[providers.scavio]\nkey = "home"\n')
    path.chmod(0o600)
    assert Settings().provider("scavio").key == Secret("home")


def test_a_user_without_a_home_has_no_settings_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def homeless(_: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setattr(Path, "expanduser", homeless)
    monkeypatch.chdir(tmp_path)
    assert Settings().provider("scavio") == ProviderSettings()


def test_a_secret_hides_itself() -> None:
    secret = Secret(KEY)
    settings = ProviderSettings(secret)
    shown = [repr(secret), str(secret), f"{secret}", f"{secret:>40}", f"{settings}", f"{[secret]}", f"{secret!r}"]
    assert not any(KEY in text for text in shown)
    assert secret.reveal() == KEY
    assert secret.fingerprint() == "53dd9151"
    assert Secret("other").fingerprint() != secret.fingerprint()
    assert copy.deepcopy(settings).key is secret
    assert (secret == Secret(KEY), secret == Secret("other"), secret == KEY) == (True, False, False)
    with pytest.raises(TypeError, match="cannot be pickled") as caught:
        pickle.dumps(settings)
    assert KEY not in str(caught.value)


def test_settings_of_providers_are_read_lazily(written: Callable[..., Path]) -> None:
    written("this is no TOML", 0o644)
    assert Settings.read().data == Path("dwell-data")


def test_importing_settings_reads_no_file_and_no_toml() -> None:
    script = "import sys, dwell.settings; print('tomllib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    "address",
    ["sc://localhost", "sc://10.0.0.3:15002", "sc://[::1]:50051", "sc://spark.example/;use_ssl=true;token=abc"],
)
def test_the_engine_may_be_a_spark_connect_server(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.delenv("DWELL_ENGINE", raising=False)
    assert Settings.read().engine == "duckdb"
    assert Settings.read(engine=address).engine == address
    monkeypatch.setenv("DWELL_ENGINE", address)
    assert Settings.read().engine == address
    assert Settings.read(engine="duckdb").engine == "duckdb"
    assert "abc" not in repr(Settings.read())


@pytest.mark.parametrize("text", ["spark", "http://host", "sc://", "sc://host:port", "sc://host/x;token=abc"])
def test_another_engine_is_refused_without_its_token(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("DWELL_ENGINE", text)
    with pytest.raises(SettingsError, match=r"sc://127\.0\.0\.1:15002 \(--engine or DWELL_ENGINE\)") as raised:
        Settings.read()
    assert "abc" not in str(raised.value)
