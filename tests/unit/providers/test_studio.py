from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from dwell.errors import (
    AmbiguousDatesError,
    BadFileError,
    MissingTimeError,
    UnknownFormatError,
    WrongAccountError,
)
from dwell.records import Extract, SourceFile
from dwell.testing.extracts import read_rows

Opened = Callable[..., SourceFile]

CONTENT = [
    "Time",
    "Video title",
    "Video link",
    "Post time",
    "Total likes",
    "Total comments",
    "Total shares",
    "Total views",
]
OVERVIEW = ["Date", "Video Views", "Profile Views", "Likes", "Comments", "Shares"]
VIEWERS = ["Date", "Total Viewers", "New Viewers", "Returning Viewers"]
HISTORY = ["Date", "Followers", "Difference in followers from previous day"]
ACTIVITY = ["Date", "Hour", "Active followers"]


def native(header: list[str], *rows: list[Any]) -> str:
    """As Studio writes it: BOM, everything quoted, LF, no newline at the end."""
    return "\ufeff" + "\n".join(",".join(f'"{cell}"' for cell in row) for row in [header, *rows])


def zipped(**files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, text in files.items():
            made.writestr(f"{name}.csv", text)
    return out.getvalue()


def link(post_id: str, handle: str = "ana") -> str:
    return f"https://www.tiktok.com/@{handle}/video/{post_id}"


def only(file: SourceFile) -> Extract:
    (extract,) = file.extracts
    return extract


POSTS = [
    ["25 Μαρτίου", "one #tag", link("7612545815780805904"), "2 Μαρτίου", 5, 1, 0, 100],
    ["25 Μαρτίου", "scheduled", link("7608627113117125889"), "24 Φεβρουαρίου", 6, 1, 0, 110],
    ["25 Μαρτίου", "", link("7595200027580976385"), "14 Ιανουαρίου", 7, 1, 0, 120],
]


def test_content_in_greek(opened: Opened) -> None:
    file = opened(native(CONTENT, *POSTS))
    extract = only(file)
    assert file.format == "studio"
    assert extract.shape.tables == ("posts", "post_snapshots", "creators")
    found = read_rows(extract)
    assert [row["posted_at"] for row in found] == ["2026-03-02", "2026-02-24", "2026-01-14"]
    assert {row["observed_at"] for row in found} == {"2026-03-25T00:00:00+00:00"}
    assert found[0] == {
        "line": 2, "post_id": "7612545815780805904", "handle": "ana", "url": link("7612545815780805904"),
        "media_type": "video", "caption": "one #tag", "hashtags": ["tag"], "posted_at": "2026-03-02",
        "observed_at": "2026-03-25T00:00:00+00:00", "views": "100", "likes": "5", "comments": "1", "shares": "0",
        "observed_precision": "day", "observed_zone": "UTC",
    }  # fmt: skip
    assert "caption" not in found[2]
    assert any("2026-03-25" in warning and "--as-of" in warning for warning in file.warnings)


def test_as_of_gives_the_year_and_the_hour(opened: Opened) -> None:
    file = opened(native(CONTENT, *POSTS), as_of="2026-03-25T18:30+02:00")
    assert read_rows(only(file))[0]["observed_at"] == "2026-03-25T16:30:00+00:00"
    assert not file.warnings


@pytest.mark.parametrize("as_of", ["2026-03-24T23:30Z", "2026-03-24"])
def test_the_day_of_an_account_may_be_tomorrow_in_utc(opened: Opened, as_of: str) -> None:
    found = read_rows(only(opened(native(CONTENT, *POSTS), as_of=as_of)))
    assert {row["observed_at"][:4] for row in found} == {"2026"}
    assert [row["posted_at"] for row in found] == ["2026-03-02", "2026-02-24", "2026-01-14"]


def test_an_export_read_as_older_than_its_posts_is_refused(opened: Opened) -> None:
    with pytest.raises(BadFileError, match=r"line 2.*--as-of"):
        opened(native(CONTENT, *POSTS), as_of="2025-12-01")


@pytest.mark.parametrize(
    "title",
    ['He said "hi", then left', 'a, b, "c"', '"', 'ends with a quote"', "see https://www.tiktok.com/@bob/video/1, ok?"],
)
def test_broken_quoting_is_read_from_the_link(opened: Opened, title: str) -> None:
    broken = ["25 Μαρτίου", title, link("7595200027580976385"), "14 Ιανουαρίου", 7, 1, 0, 120]
    extract = only(opened(native(CONTENT, POSTS[0], broken, POSTS[1])))
    found = read_rows(extract)
    assert [row["post_id"] for row in found] == ["7612545815780805904", "7595200027580976385", "7608627113117125889"]
    assert found[1]["caption"].strip('"') == title.strip('"')
    assert (found[1]["views"], found[1]["posted_at"]) == ("120", "2026-01-14")
    assert not extract.rejects


def test_a_title_with_a_newline_and_doubled_quotes(opened: Opened) -> None:
    row = [*POSTS[2]]
    row[1] = 'first\nsecond ""quoted""'
    found = read_rows(only(opened(native(CONTENT, row, POSTS[0]))))
    assert found[0]["caption"] == 'first\nsecond "quoted"'
    assert [row["line"] for row in found] == [2, 4]


@pytest.mark.parametrize("wanting", ["link", "cells", "quotes", "place"])
@pytest.mark.parametrize("quoted", [True, False])
def test_a_broken_row_takes_no_other_with_it(opened: Opened, wanting: str, quoted: bool) -> None:
    """The row after it was taken for the rest of its title: a wrong caption, and a post that was lost uncounted."""
    broken = {
        "link": ["25 Μαρτίου", "gone", "2 Μαρτίου", 5, 1, 0, 100],
        "cells": ["25 Μαρτίου", "gone"],
        "quotes": ["25 Μαρτίου", 'said "hi', "2 Μαρτίου", 5, 1, 0, 100],
        "place": [link("7612545815780805904"), "gone", "1", "2 Μαρτίου", 5, 1, 0, 100],
    }[wanting]
    text = native(CONTENT, POSTS[0], broken, POSTS[1])
    extract = only(opened(text if quoted else text.replace('"', "")))
    assert [row["post_id"] for row in read_rows(extract)] == ["7612545815780805904", "7608627113117125889"]
    assert [line for line, _, _ in extract.rejects] == [3]


def test_rows_that_cannot_be_read_are_counted_rejects(opened: Opened) -> None:
    deleted = ["25 Μαρτίου", "gone", "", "2 Μαρτίου", 5, 1, 0, 100]
    bad_id = ["25 Μαρτίου", "x", link("123"), "2 Μαρτίου", 5, 1, 0, 100]
    bad_date = ["25 Μαρτίου", "x", link("7612545815780805904"), "32 Μαρτίου", 5, 1, 0, 100]
    bad_count = ["25 Μαρτίου", "x", link("7612545815780805904"), "2 Μαρτίου", "many", 1, 0, 100]
    extract = only(opened(native(CONTENT, POSTS[0], deleted, bad_id, bad_date, bad_count) + '\n"torn line'))
    # What cannot be read of a row with a key is the loader's: its time and its count.
    assert [(row["line"], row["posted_at"]) for row in read_rows(extract)[1:]] == [(5, "32 Μαρτίου"), (6, "2026-03-02")]
    assert [line for line, _, _ in extract.rejects] == [3, 4, 7]
    reasons = [reason for _, reason, _ in extract.rejects]
    assert "deleted" in reasons[0]
    assert "do not fit the header" in reasons[2]


def test_undefined_is_unknown_and_photos_stay_photos(opened: Opened) -> None:
    row = ["March 25", "x", link("7612545815780805904").replace("video", "photo"), "March 2", "undefined", 1, 0, "-"]
    found = read_rows(only(opened(native(CONTENT, row))))[0]
    assert found["media_type"] == "photo"
    assert not {"likes", "views"} & found.keys()


def test_fifteen_rows_are_not_the_whole_catalogue(opened: Opened) -> None:
    file = opened(native(CONTENT, *[POSTS[0]] * 15))
    assert any("15 posts at most" in warning for warning in file.warnings)


def _overview(start: date, days: int) -> str:
    dates = [start + timedelta(days=n) for n in range(days)]
    return native(OVERVIEW, *[[f"{day:%B} {day.day}", 10 + n, 2, -1, 0, 3] for n, day in enumerate(dates)])


def test_overview_takes_its_year_from_the_zip(opened: Opened) -> None:
    name = "Overview_2024-02-20_1741000000_ana.b_c.zip"
    file = opened(zipped(Overview=_overview(date(2024, 2, 20), 300)), name)
    extract = only(file)
    found = read_rows(extract)
    assert (found[0]["day"], found[9]["day"], found[-1]["day"]) == ("2024-02-20", "2024-02-29", "2024-12-15")
    assert {row["handle"] for row in found} == {"ana.b_c"}
    assert {row["observed_at"] for row in found} == {"2025-03-03T11:06:40+00:00"}
    assert [row["provisional"] for row in found[-4:]] == ["false", "true", "true", "true"]
    assert (found[0]["likes"], extract.shape.cumulative) == ("-1", False)
    assert any("@ana.b_c is taken from the name" in warning for warning in file.warnings)


def test_overview_walks_backward_without_a_zip(opened: Opened) -> None:
    file = opened(_overview(date(2025, 10, 1), 365), handle="@Ana")
    found = read_rows(only(file))
    assert (found[0]["day"], found[-1]["day"], found[0]["handle"]) == ("2025-10-01", "2026-09-30", "ana")
    assert found[0]["observed_at"] == "2026-10-01T00:00:00+00:00"
    older = read_rows(only(opened(_overview(date(2025, 10, 1), 365), handle="ana", as_of="2023-10-02")))
    assert older[-1]["day"] == "2023-09-30"


def test_a_zip_with_another_start_is_refused(opened: Opened) -> None:
    with pytest.raises(BadFileError, match="zip says"):
        opened(zipped(Overview=_overview(date(2024, 2, 20), 30)), "Overview_2024-03-20_1741000000_ana.zip")


def test_missing_days_are_named(opened: Opened) -> None:
    text = native(OVERVIEW, ["May 1", 1, 1, 1, 1, 1], ["May 4", 1, 1, 1, 1, 1])
    assert any("2 days between 2026-05-01 and 2026-05-04" in warning for warning in opened(text, handle="a").warnings)


@pytest.mark.parametrize(
    ("dates", "days"),
    [
        (["March 21", "March 20"], ["2026-03-21", "2026-03-20"]),
        (["January 1", "December 31"], ["2026-01-01", "2025-12-31"]),
        (["December 31", "January 1"], ["2025-12-31", "2026-01-01"]),
        (["March 21", "March 20", "March 20", "March 17"], ["2026-03-21", "2026-03-20", "2026-03-20", "2026-03-17"]),
        (["2026-03-21", "2026-03-18"], ["2026-03-21", "2026-03-18"]),
    ],
)
def test_series_run_up_or_down(opened: Opened, dates: list[str], days: list[str]) -> None:
    text = native(OVERVIEW, *[[day, 1, 1, 1, 1, 1] for day in dates])
    file = opened(text, handle="a", as_of="2026-03-22")
    assert [row["day"] for row in read_rows(only(file))] == days
    missing = [warning for warning in file.warnings if "missing" in warning]
    assert len(missing) == (days[0][-2:] == "21" and days[-1][-2:] in {"17", "18"})
    assert all(" 2 days between 2026-03-1" in warning for warning in missing)


@pytest.mark.parametrize(
    "dates",
    [["March 20", "March 21", "March 20"], ["March 21", "March 19", "March 20"], ["January 1", "July 1"]],
)
def test_a_series_in_no_order_is_refused(opened: Opened, dates: list[str]) -> None:
    text = native(OVERVIEW, *[[day, 1, 1, 1, 1, 1] for day in dates])
    for name in ("Overview.csv", "Overview_2026-03-20_1774180800_a.csv"):
        with pytest.raises(BadFileError, match=r"have no years.*each day once"):
            opened(text, name, handle="a", as_of="2026-03-22")


def test_a_zip_whose_series_runs_down(opened: Opened) -> None:
    text = native(OVERVIEW, *[[day, 1, 1, 1, 1, 1] for day in ("March 21", "March 20")])
    extract = only(opened(zipped(Overview=text), "Overview_2026-03-20_1774180800_ana.zip"))
    assert [row["day"] for row in read_rows(extract)] == ["2026-03-21", "2026-03-20"]


@pytest.mark.parametrize("zero", ["0", "00"])
def test_hours_of_0_and_24_are_refused(opened: Opened, zero: str) -> None:
    text = native(ACTIVITY, *[["May 1", hour, 7] for hour in (zero, 1, 23, 24)])
    with pytest.raises(BadFileError, match="hours 0 and 24"):
        opened(text, handle="ana")


def test_hours_that_run_down_lose_the_same_tail(opened: Opened) -> None:
    hours = [["May 2", hour, 0 if hour > 20 else 7] for hour in range(23, -1, -1)]
    extract = only(opened(native(ACTIVITY, *hours), handle="ana"))
    assert sorted(int(row["hour"]) for row in read_rows(extract)) == list(range(21))


def test_a_series_needs_an_account(opened: Opened) -> None:
    with pytest.raises(BadFileError, match="--creator"):
        opened(_overview(date(2026, 5, 1), 3))


def test_posts_beside_a_series_say_whose_it_is(opened: Opened) -> None:
    file = opened(zipped(Overview=_overview(date(2026, 5, 1), 3), Content=native(CONTENT, *POSTS)), "export.zip")
    assert [extract.shape.tables[0] for extract in file.extracts] == ["posts", "account_days"]
    assert read_rows(file.extracts[1])[0]["handle"] == "ana"


def test_another_account_is_refused(opened: Opened) -> None:
    with pytest.raises(WrongAccountError, match="of @ana, not of @bob"):
        opened(native(CONTENT, *POSTS), handle="bob")
    with pytest.raises(WrongAccountError, match="of @ana, not of @bob"):
        opened(zipped(Viewers=native(VIEWERS, ["May 1", 3, 1, 2])), "Viewers_ana.zip", handle="bob")
    assert opened(native(CONTENT, *POSTS), handle="@ANA").extracts


def test_viewers_undefined_rows_are_dropped_with_their_zeros(opened: Opened) -> None:
    text = native(VIEWERS, ["May 1", "undefined", 0, 0], ["May 2", 5, 2, 3], ["May 3", 9, 2, 3])
    file = opened(text, handle="ana")
    extract = only(file)
    assert [row["viewers"] for row in read_rows(extract)] == ["5", "9"]
    assert [line for line, _, _ in extract.rejects] == [2]
    assert any("on 1 days" in warning for warning in file.warnings)


def test_follower_history_ignores_the_difference(opened: Opened) -> None:
    file = opened(native(HISTORY, ["May 1", "undefined", 0], ["May 2", "1,204", 7]), handle="ana")
    assert read_rows(only(file)) == [
        {"line": 3, "handle": "ana", "day": "2026-05-02", "observed_at": "2026-05-03T00:00:00+00:00",
         "provisional": "true", "followers": "1,204", "observed_precision": "day", "observed_zone": "UTC"}
    ]  # fmt: skip
    assert any("columns not imported: Difference" in warning for warning in file.warnings)


def _activity(first: int, filled: int) -> str:
    hours = [[day, hour, 7] for day in ("May 1", "May 2") for hour in range(first, first + 24)]
    for row in hours[len(hours) - filled :]:
        row[2] = 0
    return native(ACTIVITY, *hours)


@pytest.mark.parametrize("first", [0, 1])
def test_activity_drops_the_tail_that_was_not_over(opened: Opened, first: int) -> None:
    extract = only(opened(_activity(first, 6), handle="ana"))
    found = read_rows(extract)
    assert len(found) == 42
    assert len(extract.rejects) == 6
    assert {int(row["hour"]) for row in found} == set(range(24))
    assert (found[-1]["day"], found[-1]["hour"]) == ("2026-05-02", "17")


def test_shares_as_fractions_and_percentages(opened: Opened) -> None:
    fractions = native(["Gender", "Distribution"], ["Female", "0.56"], ["Male", "0.44"], ["Other", "0"])
    percent = native(["Top Territories\u00a0", "Distribution"], ["DE", "61%"], ["Others", "39%"])
    for text, dimension, shares in (
        (fractions, "gender", ["0.56", "0.44", "0.0"]),
        (percent, "territory", ["0.61", "0.39"]),
    ):
        found = read_rows(only(opened(text, handle="ana", as_of="2026-05-04")))
        assert [row["share"] for row in found] == shares
        assert {(row["dimension"], row["observed_at"]) for row in found} == {(dimension, "2026-05-04T00:00:00+00:00")}


@pytest.mark.parametrize(
    ("shares", "is_warned"),
    [(["61", "0.39"], True), (["61%", "0.39"], True), (["61", "38.5", "0.5"], False), (["0.61", "0.39"], False)],
)
def test_shares_of_two_units_are_warned_of(opened: Opened, shares: list[str], is_warned: bool) -> None:
    text = native(["Gender", "Distribution"], *[[f"g{n}", share] for n, share in enumerate(shares)])
    warnings = opened(text, handle="ana", as_of="2026-05-04").warnings
    assert any("add up to 0.614, not 1" in warning for warning in warnings) == is_warned


def test_shares_have_no_date_of_their_own(opened: Opened) -> None:
    text = native(["Gender", "Distribution"], ["Female", "0.56"])
    with pytest.raises(MissingTimeError, match="--as-of"):
        opened(text, handle="ana")
    both = opened(zipped(FollowerGender=text, FollowerHistory=native(HISTORY, ["May 2", 5, 0])), "Followers_ana.zip")
    assert read_rows(both.extracts[1])[0]["observed_at"] == "2026-05-03T00:00:00+00:00"


def test_business_suite_layout_is_read_by_name(opened: Opened) -> None:
    text = (
        "Date,Video views,Reached audience,Profile views,Likes,Shares,Comments,Net growth,New followers,"
        "Lost followers\n"
        "2026/05/10,100,90,8,7,6,5,1,2,1\n2026/05/11,NaN,NaN,NaN,NaN,NaN,NaN,NaN,NaN,NaN\n"
    )
    file = opened(text, handle="ana")
    extract = only(file)
    (found,) = read_rows(extract)
    assert (found["shares"], found["comments"], found["reach"], found["day"]) == ("6", "5", "90", "2026-05-10")
    assert len(extract.rejects) == 1
    assert not any("no year" in warning for warning in file.warnings)
    posts = (
        "Video title,Video link,Post time,Video views,Likes,Comments,Shares,Add to Favorites\n"
        f"hi,{link('7612545815780805904')},2026/03/02,100,7,6,5,4\n"
    )
    found = read_rows(only(opened(posts, as_of="2026-05-11")))[0]
    assert (found["saves"], found["shares"], found["posted_at"]) == ("4", "5", "2026-03-02")
    assert found["observed_at"] == "2026-05-11T00:00:00+00:00"


def test_headers_in_another_language(opened: Opened) -> None:
    header = "Data,Visualizações de vídeo,Visualizações do perfil,Curtidas,Comentários,Compartilhamentos"
    text = f"{header}\n8 de setembro,9,8,7,6,5\n"
    found = read_rows(only(opened(text, handle="ana")))[0]
    assert (found["day"], found["views"], found["comments"]) == ("2026-09-08", "9", "6")


@pytest.mark.parametrize("text", [OVERVIEW, CONTENT])
def test_the_xlsx_variant(opened: Opened, text: list[str]) -> None:
    from openpyxl import Workbook

    book, out = Workbook(), io.BytesIO()
    book.active.append(text)
    row = ["May 1", "9", "8", "7", "6", "5"] if text is OVERVIEW else [str(cell) for cell in POSTS[0]]
    book.active.append(row)
    book.save(out)
    file = opened(out.getvalue(), "Overview.xlsx", handle="ana")
    assert len(read_rows(only(file))) == 1


def test_forcing_studio_on_something_else_names_its_columns(opened: Opened) -> None:
    with pytest.raises(UnknownFormatError, match="isn't one of Studio's files"):
        opened("a,b\n1,2\n", format="studio")


def test_a_date_column_without_dates(opened: Opened) -> None:
    with pytest.raises(BadFileError, match="no readable date"):
        opened(native(OVERVIEW, ["soon", 1, 1, 1, 1, 1]), handle="ana")


@pytest.mark.parametrize(
    ("days", "hints"),
    [
        (["23-Jan", "24-Jan", "25-Jan"], {}), (["23/01/2026", "24/01/2026", "25/01/2026"], {}),
        (["1/23/2026", "1/24/2026", "1/25/2026"], {}), (["23.01.2026", "24.01.2026", "25.01.2026"], {}),
        (["2026-01-23 00:00:00", "2026-01-24 00:00:00", "2026-01-25 00:00:00"], {}),
        (["46045", "46046", "46047.0"], {}), (["23. Jan", "24. Jan", "25. Jan"], {}),
        (["23/jan", "24/jan", "25/jan"], {}),
        (["23 בינואר", "24 בינואר", "25 בינואר"], {}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("mark", [",", ";"])
def test_a_file_that_a_spreadsheet_saved_again(
    opened: Opened, days: list[str], hints: dict[str, str], mark: str
) -> None:
    rows = [OVERVIEW, *([day, "100", "1", "2", "3", "4"] for day in days)]
    text = "\ufeff" + "\r\n".join(mark.join(row) for row in rows)
    found = read_rows(only(opened(text, handle="ana", as_of="2026-02-15", **hints)))
    assert [row["day"] for row in found] == ["2026-01-23", "2026-01-24", "2026-01-25"]


def test_days_that_may_be_months_follow_each_other_or_are_asked_for(opened: Opened) -> None:
    def overview(*days: str) -> str:
        return "\n".join([",".join(OVERVIEW), *(f"{day},100,1,2,3,4" for day in days)])

    found = read_rows(only(opened(overview("3/4/2026", "3/5/2026"), handle="ana", as_of="2026-05-15")))
    assert [row["day"] for row in found] == ["2026-03-04", "2026-03-05"]
    with pytest.raises(AmbiguousDatesError, match="--dates"):
        opened(overview("3/4/2026"), handle="ana", as_of="2026-05-15")
    found = read_rows(only(opened(overview("3/4/2026"), handle="ana", as_of="2026-05-15", dates="dmy")))
    assert [row["day"] for row in found] == ["2026-04-03"]


def test_the_year_in_which_a_spreadsheet_opened_the_file_is_not_the_year_of_its_days(opened: Opened) -> None:
    days = ["2026-12-30", "2026-12-31", "2026-01-01", "2026-01-02"]
    text = "\n".join([",".join(OVERVIEW), *(f"{day},100,1,2,3,4" for day in days)])
    file = opened(text, handle="ana", as_of="2026-01-03")
    assert [row["day"] for row in read_rows(only(file))] == ["2025-12-30", "2025-12-31", "2026-01-01", "2026-01-02"]
    assert any("in the future" in warning for warning in file.warnings)


def test_post_times_with_a_clock_are_the_loaders(opened: Opened) -> None:
    text = (
        f"Date,Video link,Post time,Views,Likes\n2026-02-01,{link('7594361172910656789')},2026/01/12 06:40:10,1000,90\n"
    )
    (found,) = read_rows(only(opened(text, as_of="2026-02-15")))
    assert (found["posted_at"], found["observed_at"][:10]) == ("2026/01/12 06:40:10", "2026-02-01")


def test_watch_time_that_was_added_to_a_content_file(opened: Opened) -> None:
    row = ["February 1", "x", link("7594361172910656789"), "January 12", 1, 2, 3, 100, "8.5s", "34.62%", "2h:3m:4s"]
    header = [*CONTENT, "Average watch time", "Watched full video", "Total play time"]
    file = opened(native(header, row), as_of="2026-02-02")
    extract = only(file)
    (found,) = read_rows(extract)
    assert "watch_times" in extract.shape.tables
    assert (found["posted_at"], found["observed_at"][:10]) == ("2026-01-12", "2026-02-02")
    assert (found["avg_watch_s"], found["full_watch_rate"], found["total_watch_s"]) == ("8.5s", "34.62%", "2h:3m:4s")
    assert not any("not imported" in warning for warning in file.warnings)


def test_a_row_without_a_link_is_no_part_of_the_next_title(opened: Opened) -> None:
    other = ["25 Μαρτίου", "moved", "0:12.5", "2 Μαρτίου", 5, 1, 0, 100]
    extract = only(opened(native(CONTENT, other, POSTS[0])))
    assert [row["caption"] for row in read_rows(extract)] == [POSTS[0][1]]
    assert [line for line, _, _ in extract.rejects] == [2]


def test_some_hundreds_at_most_are_not_0(opened: Opened) -> None:
    rows = "Date,Hour,Active followers\nNovember 1,1,0K\nNovember 1,2,3K\n"
    (extract,) = opened(rows, handle="ann", as_of="2026-11-20").extracts
    assert [(row["hour"], row["active_followers"]) for row in read_rows(extract)] == [("2", "3000")]
