"""The flags about sound and hashtags enter a model where they help out of fold, and nowhere else."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from dwell.models.artifact import load, save
from dwell.models.fitting import fit
from dwell.models.sample import make_sample
from dwell.models.scoring import score
from dwell.models.topic_gain import completion_with_topics, topic_gain


def flagged(rows, *, effect=0.0, share_known=1.0, seed=0):
    """The same posts, some on rising sounds whose watch ratio is `effect` higher on the logit scale."""
    rng = np.random.default_rng(seed)
    found = []
    for row in rows:
        rising, known = bool(rng.random() < 0.5), bool(rng.random() < share_known)
        link = np.log(row["watch_ratio"] / (2 - row["watch_ratio"])) + effect * rising
        ratio = float(2 / (1 + np.exp(-link)))
        watched = {"watch_ratio": ratio, "avg_watch_s": ratio * row["duration_s"]}
        flags = {"sound_rising": rising if known else None, "tag_saturated": None}
        found.append({**row, **watched, **flags})
    return found


@pytest.fixture(scope="module")
def helped(made):
    rows = flagged(made.account(60, seed=1), effect=1.2, share_known=0.9)
    report, model = fit(rows, "watch_ratio")
    return SimpleNamespace(rows=rows, report=report, model=model)


def test_a_flag_that_matters_is_used_and_its_gain_is_told(helped):
    topics = helped.report["topic_features"]
    assert (topics["verdict"], topics["used"]) == ("helps", True)
    assert topics["low"] > 0
    assert topics["r2_with"] - topics["r2_without"] == pytest.approx(topics["gain"], abs=1e-9)
    assert 45 <= topics["n_known"] <= 60
    assert helped.model.uses_topics
    json.dumps(helped.report, allow_nan=False)


def test_the_reported_skill_is_that_of_a_choice_made_inside_the_folds(helped):
    topics = helped.report["topic_features"]
    assert helped.report["out_of_fold"]["r2"] > topics["r2_without"]
    assert helped.report["out_of_fold"]["r2"] < topics["r2_with"] + 0.05


def test_a_model_with_topics_is_stored_loaded_and_scores_posts_that_know_none(helped, made, tmp_path):
    save(helped.model, tmp_path)
    again = load(tmp_path, helped.model.model_id)
    strangers = made.unmeasured(helped.rows)
    assert score(again, strangers) == score(helped.model, strangers)
    unknown = [{**row, "sound_rising": None} for row in strangers]
    scored = score(again, unknown)
    assert any("sound_rising is unknown" in note for note in scored["warnings"])
    assert all(np.isfinite(row["percentile"]) for row in scored["rows"])


def test_a_model_without_topics_is_written_as_before(fitted, helped, tmp_path):
    old, new = (json.loads(save(each.model, tmp_path).read_text(encoding="utf-8")) for each in (fitted, helped))
    assert (old["schema"], new["schema"]) == (1, 2)
    assert not load(tmp_path, fitted.model.model_id).uses_topics


def test_flags_of_chance_are_not_used(made):
    with threadpool_limits(1):
        found = [
            topic_gain(make_sample(flagged(made.account(30, seed=s), seed=s), "watch_ratio"), 2.0) for s in range(2)
        ]
    assert {each["verdict"] for each in found} == {"no help shown"}
    assert all("not proven" in each["reason"] and not each["used"] for each in found)


@pytest.mark.parametrize(("n", "share"), [(40, 0.15), (14, 0.6)])
def test_too_few_known_posts_cannot_tell(made, n, share):
    found = topic_gain(make_sample(flagged(made.account(n), share_known=share, effect=3.0), "watch_ratio"), 2.0)
    assert (found["verdict"], found["gain"], found["used"]) == ("cannot tell", None, False)
    assert "are needed" in found["reason"]


def test_flags_that_are_always_the_same_cannot_tell(made):
    rows = [{**row, "sound_rising": True, "tag_saturated": None} for row in made.account(40)]
    assert "hardly differ" in topic_gain(make_sample(rows, "watch_ratio"), 2.0)["reason"]


def test_without_flags_the_fit_is_what_it_was(fitted):
    topics = fitted.report["topic_features"]
    assert (topics["n_known"], topics["used"], topics["verdict"]) == (0, False, "cannot tell")
    assert not fitted.model.uses_topics


def test_inside_a_fold_the_choice_is_made_from_its_own_posts(made):
    plain = make_sample(flagged(made.account(60, seed=2)), "watch_ratio")
    strong = make_sample(flagged(made.account(60, seed=2), effect=2.0), "watch_ratio")
    rows = np.arange(50), np.arange(50, 60)
    for learnt, differs in ((plain, False), (strong, True)):
        train, test = (learnt.with_topics().take(part) for part in rows)
        turned = replace(test, X=test.X.copy())
        turned.X[:, -2] = 1 - turned.X[:, -2]
        one, other = completion_with_topics([(train, test), (train, turned)], 2.0)
        assert (not np.allclose(one.value, other.value)) is differs
