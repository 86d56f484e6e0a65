import json

import numpy as np
import pytest

from dwell.errors import ModelError, StorageError
from dwell.models.artifact import list_models, load, save
from dwell.models.features import design
from dwell.models.scoring import score


@pytest.fixture
def folder(tmp_path, fitted):
    save(fitted.model, tmp_path / "models")
    return tmp_path / "models"


def _edited(folder, model_id, change):
    path = folder / f"{model_id}.json"
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def test_a_stored_model_predicts_bit_for_bit_what_the_fitted_one_predicts(folder, fitted, made):
    again = load(folder, fitted.model.model_id)
    strangers = made.unmeasured(made.account(30, seed=9, handle="other"))
    assert np.array_equal(again.regressor.predict(design(strangers)), fitted.model.regressor.predict(design(strangers)))
    assert score(again, strangers) == score(fitted.model, strangers)
    assert again.report == fitted.report


def test_the_file_is_readable_and_says_what_it_is(folder, fitted):
    content = json.loads((folder / f"{fitted.model.model_id}.json").read_text())
    assert content["schema"] == 1
    assert set(content["versions"]) == {"dwell", "scikit-learn"}
    assert content["model"]["training"]["rows"] == 60
    assert content["model"]["training"]["handles"] == ["made_up"]


def test_models_are_listed(folder, fitted):
    assert [entry["model_id"] for entry in list_models(folder)] == [fitted.model.model_id]
    assert [entry["handles"] for entry in list_models(folder, "watch_ratio")] == [["made_up"]]
    assert list_models(folder, "full_watch_rate") == []
    assert list_models(folder / "nowhere") == []


def test_an_altered_model_is_refused(folder, fitted):
    _edited(folder, fitted.model.model_id, lambda content: content["model"]["training"].update(rows=999))
    with pytest.raises(ModelError, match="altered"):
        load(folder, fitted.model.model_id)
    assert list_models(folder) == []


def test_a_newer_model_is_refused(folder, fitted):
    _edited(folder, fitted.model.model_id, lambda content: content.update(schema=4))
    with pytest.raises(ModelError, match="newer dwell"):
        load(folder, fitted.model.model_id)


def test_a_foreign_file_is_refused(folder, fitted):
    _edited(folder, fitted.model.model_id, lambda content: content.update(format="something else"))
    with pytest.raises(ModelError, match="not a model of dwell"):
        load(folder, fitted.model.model_id)


@pytest.mark.parametrize("content", [b"\x80\x04\x95pickle", b"[]", b"", b'"text"', b"{}"])
def test_anything_else_is_refused(folder, content):
    (folder / "stranger.json").write_bytes(content)
    with pytest.raises(ModelError):
        load(folder, "stranger")


def test_a_renamed_model_is_refused(folder, fitted):
    (folder / f"{fitted.model.model_id}.json").rename(folder / "another.json")
    with pytest.raises(ModelError, match="a different model"):
        load(folder, "another")


def test_a_model_with_parts_missing_is_refused_even_with_a_right_checksum(folder, fitted, monkeypatch):
    monkeypatch.setattr("dwell.models.artifact._checksum", lambda _: "forged")

    def gut(content):
        content["sha256"] = "forged"
        del content["model"]["regressor"]["blend"]

    _edited(folder, fitted.model.model_id, gut)
    with pytest.raises(ModelError, match="complete model"):
        load(folder, fitted.model.model_id)


@pytest.mark.parametrize("model_id", ["../secret", "/etc/passwd", "", "A B", ".hidden"])
def test_ids_cannot_leave_the_folder(folder, model_id):
    with pytest.raises(ModelError, match="not a model id"):
        load(folder, model_id)


def test_a_missing_model_is_an_error_with_a_cure(folder):
    with pytest.raises(ModelError, match="dwell fit"):
        load(folder, "watch_ratio-nobody-20260101-00000000")


def test_an_unwritable_folder_is_an_error_with_a_cure(tmp_path, fitted):
    (tmp_path / "models").write_text("a file in the way")
    with pytest.raises(StorageError, match="could not be written"):
        save(fitted.model, tmp_path / "models")
