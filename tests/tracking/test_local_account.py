"""The account of this machine: one, however many ask for it, on both databases; and money for any account."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from dwell.errors import InvalidRequestError, NoDataError
from dwell.state import accounts
from dwell.state.accounts import LOCAL_ACCOUNT
from dwell.tracking.keys import Keys


def test_it_is_made_once(trial):
    with ThreadPoolExecutor(8) as threads:
        callers = list(threads.map(lambda _: trial.service.keys.local_caller(), range(16)))
    assert {caller.account_id for caller in callers} == {LOCAL_ACCOUNT}
    assert callers[0].plan.name == "local"
    assert [one.account_id for one in accounts.list_all(trial.database)].count(LOCAL_ACCOUNT) == 1


def test_its_videos_are_those_of_the_first_key(opened):
    with opened() as trial:
        here = trial.service.keys.local_caller()
        video = trial.service.track(here, trial.link(trial.posts()[0]), 1)
        assert trial.service.keys.create_first() is None  # there is a key already: the trial's own
        made = trial.service.create_key(account_id=here.account_id)
        assert trial.service.get_video(trial.service.authenticate(made.key), video.id).id == video.id


def test_a_key_of_the_local_account_keeps_its_plan(trial):
    trial.service.keys.local_caller()
    made = trial.service.create_key(account_id=LOCAL_ACCOUNT, name="second")
    assert made.plan.name == "local"
    assert re.match(r"dwell_", made.key)


def test_top_up(trial):
    keys: Keys = trial.service.keys
    made = keys.create(plan="free", credit_micros=1)
    assert keys.top_up(made.account_id, 2_500_000) == 2_500_001
    with pytest.raises(InvalidRequestError, match="more than 0"):
        keys.top_up(made.account_id, 0)
    with pytest.raises(NoDataError, match="see dwell keys list"):
        keys.top_up("acc_none", 1)
