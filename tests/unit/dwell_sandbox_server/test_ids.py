from hypothesis import given
from hypothesis import strategies as st

from dwell.providers.links import parse_link
from dwell_sandbox.server.ids import media_id, parse_sec_uid, parse_short_code, sec_uid, short_code

IDS = st.integers(10**18, 2**63 - 1).map(str)


@given(IDS)
def test_an_account_key_leads_back_and_looks_like_one(account: str):
    key = sec_uid(account)
    assert parse_sec_uid(key) == account
    assert (len(key), key[:12]) == (76, "MS4wLjABAAAA")
    assert parse_link(f"https://www.tiktok.com/@{key}/video/7170520270497680683").sec_uid == key


@given(st.text(max_size=90))
def test_any_other_text_is_not_an_account_key(text: str):
    assert parse_sec_uid(text) is None
    assert parse_sec_uid("MS4wLjABAAAA" + text) is None


@given(IDS)
def test_a_media_id_is_not_a_post_id(post: str):
    media = media_id(post)
    assert (len(media), media[:13]) == (33, "v09044g40000c")
    assert not media.isdigit()


@given(IDS)
def test_a_short_link_leads_back(post: str):
    code = short_code(post)
    assert parse_short_code(code) == post
    assert parse_link(f"https://vm.tiktok.com/{code}/").code == code


@given(st.text(max_size=20))
def test_any_other_text_is_not_a_short_link(text: str):
    post_id = parse_short_code(text)
    assert post_id is None or short_code(post_id).lstrip("ZS0") == text.lstrip("ZS0")
