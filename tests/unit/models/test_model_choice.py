"""Which model an account is scored with: never one of another platform, target, or from before an abstention."""

import pytest

from dwell.errors import NoDataError
from dwell.models.abstention import Abstention, forget_abstention, list_abstentions, save_abstention
from dwell.models.model_choice import check_named, choose


def _entry(name, handles, day, **changes):
    entry = {
        "model_id": name,
        "target": "watch_ratio",
        "inputs": "counters",
        "platform": "tiktok",
        "handles": handles,
        "rows": 50,
        "trained_at": f"2026-01-{day:02}T00:00:00Z",
        "refit_due_at": "2026-03-01T00:00:00Z",
        "r2": 0.6,
        "r2_by_account": {},
    }
    return entry | changes


def _abstained(handles, day, **changes):
    values = {"target": "watch_ratio", "inputs": "counters", "handles": tuple(handles), **changes}
    return Abstention(
        at=f"2026-01-{day:02}T00:00:00Z",
        reasons=("it does not beat the mean.",),
        report={},
        **{"platform": None, **values},
    )


def _choose(entries, abstentions=(), handle="me", platform="tiktok"):
    newest_first = sorted(entries, key=lambda entry: entry["trained_at"], reverse=True)
    return choose(newest_first, abstentions, handle, target="watch_ratio", platform=platform)


@pytest.mark.parametrize(("within", "expected"), [(0.5, "own"), (0.7, "pooled"), (0.6, "own"), (None, "own")])
def test_the_better_one_out_of_fold_is_taken_and_says_why(within, expected):
    pooled = _entry("pooled", ["me", "you"], 9, r2=0.8, r2_by_account={"me": within})
    choice = _choose([_entry("own", ["me"], 3), pooled])
    assert choice.model_id == expected
    if within is not None:
        assert f"{within:.2f}" in choice.why
        assert "0.60" in choice.why


def test_the_only_one_that_knows_the_account_is_taken_though_others_are_newer():
    choice = _choose([_entry("pooled", ["me", "you"], 1, r2_by_account={"me": 0.3}), _entry("other", ["you"], 9)])
    assert choice.model_id == "pooled"
    assert "2 accounts" in choice.why


def test_without_one_that_knows_it_the_newest_other_is_taken_and_says_so():
    choice = _choose([_entry("old", ["x"], 1), _entry("new", ["y"], 2)])
    assert choice.model_id == "new"
    assert "No model knows @me" in choice.why


def test_another_platform_is_never_taken():
    assert _choose([_entry("tube", ["x"], 9, platform="youtube"), _entry("tok", ["y"], 1)]).model_id == "tok"
    with pytest.raises(NoDataError, match="only of youtube"):
        _choose([_entry("tube", ["x"], 9, platform="youtube")])
    with pytest.raises(NoDataError, match="learnt from youtube posts, these are of tiktok"):
        check_named(_entry("tube", ["x"], 9, platform="youtube"), [], target="watch_ratio", platform="tiktok")


def test_another_target_is_named_and_not_taken():
    full = _entry("full", ["me"], 9, target="full_watch_rate")
    with pytest.raises(NoDataError, match=r"only of full_watch_rate .*--model full"):
        _choose([full])
    assert "full_watch_rate, not watch_ratio" in check_named(full, [], target="watch_ratio", platform=None).warnings[0]


def test_a_fit_before_an_abstention_is_not_taken():
    with pytest.raises(NoDataError, match=r"2026-01-05\) abstained: it does not beat the mean.*--model own"):
        _choose([_entry("own", ["me"], 3)], [_abstained(["me"], 5)])
    named = check_named(_entry("own", ["me"], 3), [_abstained(["me"], 5)], target="watch_ratio", platform="tiktok")
    assert "abstained" in named.warnings[0]


def test_another_model_after_an_abstention_is_taken_with_a_warning():
    choice = _choose([_entry("own", ["me"], 3), _entry("other", ["x"], 1)], [_abstained(["me"], 5)])
    assert choice.model_id == "other"
    assert "@me (2026-01-05) abstained" in choice.warnings[0]


@pytest.mark.parametrize(
    "verdict",
    [
        _abstained(["me"], 2),
        _abstained(["you"], 5),
        _abstained(["me"], 5, target="full_watch_rate"),
        _abstained(["me"], 5, inputs="length"),
    ],
)
def test_other_abstentions_do_not_matter(verdict):
    assert _choose([_entry("own", ["me"], 3)], [verdict]).model_id == "own"


def test_nothing_stored_says_how_to_begin():
    with pytest.raises(NoDataError, match="dwell fit --creator @you"):
        _choose([])


def test_a_verdict_about_one_platform_says_nothing_of_the_other(tmp_path):
    report = {"target": "watch_ratio", "inputs": "counters", "creators": ["me"], "reasons": ["noise"]}
    for day, platform in ((4, "tiktok"), (5, "youtube")):
        save_abstention({**report, "platform": platform}, f"2026-01-{day:02}T00:00:00Z", 1, tmp_path)
    tube, tok = list_abstentions(tmp_path)
    assert (tube.platform, tok.platform) == ("youtube", "tiktok")
    own = _entry("own", ["me"], 3)
    assert tok.supersedes(own)
    assert not tube.supersedes(own)
    assert _choose([own], [tube]).warnings == ()
    forget_abstention({**report, "platform": "tiktok"}, tmp_path)
    assert [verdict.platform for verdict in list_abstentions(tmp_path)] == ["youtube"]
