"""How servers and workers begin: what they need, and what they leave behind when they cannot."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest

from dwell.cli.main import main
from dwell.errors import StorageError
from dwell.tracking.folder import open_folder
from dwell.tracking.opening import open_tracking

from .conftest import HOUR


def serve(folder, port) -> int:
    return main(["serve", "--port", str(port), "--data", str(folder)])


@pytest.mark.parametrize("state_url", [None], ids=["sqlite"])
def test_a_server_that_cannot_begin_makes_no_key(trial, tmp_path, monkeypatch, capsys):
    """The first key is shown once: one that was made before the server failed could never be seen."""
    folder = tmp_path / "new"
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        assert serve(folder, taken.getsockname()[1]) == 1
    for name in ("TIKLIVEAPI", "SCAVIO"):
        monkeypatch.delenv(f"DWELL_{name}_KEY")
    assert serve(folder, 0) == 1
    assert "No provider key is set" in capsys.readouterr().err
    with open_folder(folder) as tracking:
        assert tracking.list_keys() == []


def test_a_worker_on_another_machine_needs_no_folder(trial, tmp_path, state_url):
    with open_tracking(trial.settings.data) as first:  # the database belongs to this folder from now on
        assert first.store is not None
    video_id = trial.service.track(trial.caller, trial.link(trial.posts()[0]), 1).id
    trial.clock.at += 2 * HOUR
    other = tmp_path / "other"
    if state_url is None:
        with open_tracking(trial.settings.data, with_tables=False) as second:
            assert second.store is None
        return
    with pytest.raises(StorageError, match="belongs to another data folder"), open_tracking(tmp_path / "third"):
        pass
    with open_tracking(other, with_tables=False) as second:
        assert second.store is None
        assert second.service.keys.list_all() == trial.service.keys.list_all()
        assert second.service.get_video(trial.caller, video_id).id == video_id
    assert not other.exists()
