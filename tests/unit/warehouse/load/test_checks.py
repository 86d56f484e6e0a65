"""Bad rows: one reason each, its line, nothing lost; odd rows: kept and counted."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dwell.errors import AmbiguousDatesError, BadFileError, DwellError, MissingTimeError, WrongAccountError
from dwell.records import Shape, source_at
from dwell.warehouse.load.loaded import Loaded

Bring = Callable[..., Loaded]
HEAD = "id,account,posted,length,views,likes"


def reasons(loaded: Loaded) -> dict[int, str]:
    return {line: reason for line, reason, _ in loaded.rejects}


def test_each_bad_row_has_its_line_and_one_reason(bring: Bring, made: Callable[..., str]) -> None:
    good = made("2024-05-01")
    rows = [
        f"{good},a,2024-05-01,12,100,9",
        ",a,2024-05-01,12,100,9",
        "7.35E+18,a,2024-05-01,12,100,9",
        "73x,a,2024-05-01,12,100,9",
        "1729384756012345678,a,2024-05-01,12,100,9",
        "https://vm.tiktok.com/ZTabc/,a,2024-05-01,12,100,9",
    ]
    loaded = bring("\n".join([HEAD, *rows]))
    found = reasons(loaded)
    assert loaded.posts_new == 1
    assert sorted(found) == list(range(3, 8))
    words = [
        "missing id",
        "scientific",
        "letters",
        "implausible",
        "no post id in the link",
    ]
    assert all(word in found[line] for line, word in enumerate(words, start=3)), found


@pytest.mark.parametrize(
    ("cells", "column", "kind"),
    [
        ("2024-05-01,12,-100,9", "views", "negative views"),
        ("2024-05-01,12,1.2.3K,9", "views", "unreadable views"),
        ("2024-05-01,12,1e400,9", "views", "unreadable views"),
        ("2024-05-01,-12,100,9", "duration_s", "negative duration_s"),
        ("2024-05-01,1e400,100,9", "duration_s", "unreadable duration_s"),
        ("2024-05-01,inf,100,9", "duration_s", "unreadable duration_s"),
        ("soon,12,100,9", "posted_at", "unreadable posted_at"),
    ],
)
def test_one_bad_cell_costs_that_cell_only(
    bring: Bring, made: Callable[..., str], table: Callable[..., Any], cells: str, column: str, kind: str
) -> None:
    post = made("2024-05-01")
    loaded = bring(f"{HEAD}\n{post},a,{cells}\n")
    assert (loaded.rejected, loaded.unknown_values) == (0, {column: 1})
    assert any(warning.startswith(kind) for warning in loaded.warnings)
    (stored,), (snapshot,) = table("posts"), table("post_snapshots")
    found = {**stored, **snapshot}
    assert found["likes"] == 9
    # The id says when a post was made; nothing else says what a bad cell meant.
    assert (str(found[column])[:10] == "2024-05-01") if column == "posted_at" else found[column] is None


def test_a_row_of_which_nothing_can_be_read_is_a_reject(bring: Bring, made: Callable[..., str]) -> None:
    one, other = made("2024-05-01"), made("2024-05-02")
    loaded = bring(f"id,views\n{one},many\n{other},5\n")
    assert reasons(loaded) == {2: "unreadable views: many"}
    assert loaded.unknown_values == {}


def test_of_two_columns_the_one_whose_value_can_be_true(
    bring: Bring, made: Callable[..., str], table: Callable[..., Any]
) -> None:
    loaded = bring(f"id,saves,collected\n{made('2024-05-01')},-994967296,7\n{made('2024-05-02')},nice,8\n")
    assert [row["saves"] for row in table("post_snapshots")] == [7, 8]
    assert loaded.unknown_values == {}


def test_a_row_number_is_no_id_and_a_guard_against_spreadsheets_is_none_of_it(
    bring: Bring, made: Callable[..., str], table: Callable[..., Any], posts_shape: Shape
) -> None:
    ids = [made(f"2024-05-0{day}") for day in range(1, 5)]
    link = f"https://www.tiktok.com/@a/video/{ids[0]}"
    rows = [f"1,{link},1", f"'{ids[1]},,2", f'"=""{ids[2]}""",,' + "'3", f"m4,{link.replace(ids[0], ids[3])},4"]
    shape = replace(posts_shape, columns={**posts_shape.columns, "url": source_at("link")})
    assert bring("\n".join(["id,link,views", *rows]), shape).rejected == 0
    assert [(row["post_id"], row["views"]) for row in table("post_snapshots")] == list(
        zip(ids, range(1, 5), strict=True)
    )


def test_the_rejects_file_holds_line_reason_and_text(bring: Bring, made: Callable[..., str]) -> None:
    loaded = bring(f'{HEAD}\n{made("2024-05-01")},a,2024-05-01,12,100,9\n"x\ny",a,,,5,\n,a,,,6,\n')
    assert loaded.rejects_file is not None
    with loaded.rejects_file.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["line"], row["text"]) for row in rows] == [("3", '"x\ny",a,,,5,'), ("5", ",a,,,6,")]
    assert rows[0]["reason"].startswith("id with letters")


def test_a_file_without_one_good_row_is_an_error(bring: Bring, table: Callable[..., Any]) -> None:
    with pytest.raises(BadFileError, match="missing id"):
        bring(f"{HEAD}\n,a,,,1,\n,a,,,2,\n")
    assert table("posts") == []


def test_odd_rows_are_kept_and_counted(bring: Bring, table: Callable[..., Any], made: Callable[..., str]) -> None:
    rows = [f"{made('2024-05-01', n + 1)},ann,2024-05-01,{length},{views},9" for n, (length, views) in enumerate(
        [("0", "100"), ("", "100"), ("7", "0"), ("7", "5"), ("7", "0.71")])]  # fmt: skip
    loaded = bring("\n".join([HEAD, *rows]))
    assert loaded.rejected == 0
    assert loaded.flagged == {
        "duration_zero": 1, "no_duration": 1, "zero_views_beside_other_counters": 1, "likes_over_views": 1,
        "fractional_counts": 1,
    }  # fmt: skip
    assert [row["duration_s"] for row in table("posts", "post_id")] == [None, None, 7, 7, 7]
    assert [row["views"] for row in table("post_snapshots", "post_id")] == [100, 100, None, 5, None]


def test_unknown_is_never_zero(bring: Bring, table: Callable[..., Any], made: Callable[..., str]) -> None:
    texts = ["", "-", "NaN", "undefined", "null", "N/A", "–"]
    rows = [f"{made('2024-05-01', n)},a,2024-05-01,{text},{text},9" for n, text in enumerate(texts)]
    assert bring("\n".join([HEAD, *rows])).rejected == 0
    assert {row["views"] for row in table("post_snapshots")} == {None}
    assert {row["duration_s"] for row in table("posts")} == {None}


def test_net_figures_of_a_period_may_be_negative(bring: Bring, posts_shape: Shape, made: Callable[..., str]) -> None:
    text = f"{HEAD}\n{made('2024-05-01')},a,2024-05-01,12,100,-3\n"
    assert bring(text, replace(posts_shape, cumulative=False)).rejected == 0


def test_ids_that_a_spreadsheet_cut_off_are_refused_or_mended_by_their_link(
    bring: Bring, table: Callable[..., Any], made: Callable[..., str]
) -> None:
    ids = [made("2024-05-01", 1000 + 7 * n) for n in range(4)]
    cut = [str(int(i) // 10000 * 10000) for i in ids]
    links = [
        "",
        f"https://www.tiktok.com/@a/video/{ids[1]}",
        f"https://www.tiktok.com/@a/video/{made('2024-05-09')}",
        "",
    ]
    rows = [f"{i},a,{link},{100 + n}" for n, (i, link) in enumerate(zip(cut, links, strict=True))]
    loaded = bring("\n".join(["id,account,link,views", *rows, f"{made('2024-05-03', 77)},a,,5"]))
    assert sorted(reasons(loaded)) == [2, 4, 5]
    assert {row["post_id"] for row in table("posts")} == {ids[1], made("2024-05-03", 77)}


def test_one_id_that_ends_in_zeros_among_many_is_chance(bring: Bring, made: Callable[..., str]) -> None:
    base = int(made("2024-05-01", 0)) // 10000 * 10000
    ids = [base, *(base + 10_007 * n + 1 for n in range(1, 4000))]
    assert bring("\n".join(["id,views", *(f"{i},5" for i in ids)])).rejected == 0


def test_ids_in_scientific_notation_are_mended_by_a_link(
    bring: Bring, table: Callable[..., Any], made: Callable[..., str]
) -> None:
    true = made("2024-05-01")
    wrong = f"{int(true):.5E}"
    loaded = bring(f"id,link,views\n{wrong},https://www.tiktok.com/@a/video/{true},5\n{wrong},,6\n")
    assert loaded.rejected == 1
    assert [row["post_id"] for row in table("posts")] == [true]


def test_no_time_anywhere_names_the_option_and_the_date_in_the_name(bring: Bring, made: Callable[..., str]) -> None:
    with pytest.raises(MissingTimeError, match="--as-of 2024-05-30"):
        bring(f"id,views\n{made('2024-05-01')},5\n", name="export_20240530.csv", as_of=None)


def test_rows_without_a_time_among_others_are_rejects(bring: Bring, made: Callable[..., str]) -> None:
    text = f"id,views,seen\n{made('2024-05-01')},5,2024-05-30\n{made('2024-05-02')},5,\n"
    assert "--as-of" in reasons(bring(text, as_of=None))[3]
    assert bring(text, as_of="2024-05-31").rejected == 0


def test_the_future_is_refused(bring: Bring, made: Callable[..., str]) -> None:
    text = f"id,views,seen\n{made('2024-05-01')},5,2024-05-30\n{made('2024-05-02')},5,2124-05-30\n"
    assert "future" in reasons(bring(text))[3]


@pytest.mark.parametrize(
    ("dates", "first"),
    [(["3/4/2024", "25/4/2024"], "2024-04-03"), (["3/4/2024", "4/25/2024"], "2024-03-04")],
)
def test_the_column_tells_day_and_month_apart(
    bring: Bring, table: Callable[..., Any], made: Callable[..., str], dates: list[str], first: str
) -> None:
    ids = ["local-1", "local-2"]
    rows = [f"{i},{date},5" for i, date in zip(ids, dates, strict=True)]
    bring("\n".join(["id,posted,views", *rows]))
    assert str(table("posts", "post_id")[0]["posted_at"])[:10] == first


def test_ids_tell_day_and_month_apart_where_dates_cannot(
    bring: Bring, table: Callable[..., Any], made: Callable[..., str]
) -> None:
    rows = [f"{made('2024-04-03')},3/4/2024,5", f"{made('2024-04-05')},5/4/2024,5"]
    bring("\n".join(["id,posted,views", *rows]))
    assert [str(row["posted_at"]) for row in table("posts", "post_id")] == [
        "2024-04-03 12:00:00+00:00", "2024-04-05 12:00:00+00:00",
    ]  # fmt: skip


def test_a_column_that_cannot_tell_is_asked_for(bring: Bring, table: Callable[..., Any]) -> None:
    text = "id,posted,views\nlocal-1,3/4/2024,5\n"
    with pytest.raises(AmbiguousDatesError, match="--dates"):
        bring(text)
    bring(text, dates="dmy")
    assert str(table("posts")[0]["posted_at"])[:10] == "2024-04-03"


def test_a_column_that_mixes_both_orders_is_refused(bring: Bring) -> None:
    with pytest.raises(AmbiguousDatesError, match="mix"):
        bring("id,posted,views\nlocal-1,25/4/2024,5\nlocal-2,4/25/2024,5\n")


def test_one_slip_in_a_long_column_is_unknown(bring: Bring) -> None:
    rows = [f"local-{n},{13 + n % 15}/4/2024,5" for n in range(40)]
    loaded = bring("\n".join(["id,posted,views", *rows, "local-x,4/25/2024,5"]))
    assert (loaded.rejected, loaded.unknown_values) == (0, {"posted_at": 1})


def test_a_time_without_a_zone_is_the_ids_own_unless_the_user_names_the_zone(
    bring: Bring, table: Callable[..., Any], made: Callable[..., str]
) -> None:
    text = f"id,posted,clock,views\n{made('2024-05-01')},2024-05-01,2:30 PM,5\n"
    bring(text)
    assert str(table("posts")[0]["posted_at"]) == "2024-05-01 12:00:00+00:00"
    bring(text.replace(",5\n", ",6\n"), tz="Europe/Berlin", as_of="2024-06-02")
    assert str(table("posts")[0]["posted_at"]) == "2024-05-01 12:30:00+00:00"


def test_a_file_of_another_account_is_refused(bring: Bring, made: Callable[..., str]) -> None:
    with pytest.raises(WrongAccountError, match="@mine"):
        bring(f"id,account,views\n{made('2024-05-01')},other,5\n", handle="@Mine")


def test_rows_of_another_account_are_rejects_where_only_an_owner_has_the_figures(
    bring: Bring, made: Callable[..., str]
) -> None:
    shape = Shape(
        "own",
        ("posts", "watch_times"),
        {
            "post_id": source_at("id"),
            "handle": source_at("account"),
            "avg_watch_s": source_at("watched"),
            "full_watch_rate": source_at("whole", unit="percent"),
        },
    )
    text = f"id,account,watched,whole\n{made('2024-05-01')},mine,0:05,12%\n{made('2024-05-02')},other,5.1s,101\n"
    assert bring(text, shape).flagged["share_over_100_percent"] == 1
    assert "another account" in reasons(bring(text.replace("101", "11"), shape, handle="mine"))[3]


def test_a_row_without_ids_gets_a_stable_local_one(bring: Bring, table: Callable[..., Any], posts_shape: Shape) -> None:
    text = "account,posted,length,caption,views\na,2024-05-01,7,one,5\na,2024-05-01,7,two,6\n,,,,7\n"
    loaded = bring(text)
    assert loaded.posts_new == 2
    assert loaded.rejected == 1
    assert all(row["post_id"].startswith("local-") for row in table("posts"))
    again = bring(text.replace("2024-05-01", "5/1/2024").replace("two", "three"), dates="mdy")
    assert (again.posts_new, again.known) == (1, 1)


@pytest.mark.parametrize("word", ["Total", "Average", "Summe", "Grand total", ""])
def test_totals_of_a_table_without_ids_are_no_posts(bring: Bring, posts_shape: Shape, word: str) -> None:
    rows = ["a,2024-05-01,7,one,5", f"a,,12,{word},12", f",{word},,,12", f"a,,,{word},12", f"a,{word},12,b,12"]
    loaded = bring("\n".join(["account,posted,length,caption,views", *rows, "a,2024-05-02,7,,5"]))
    assert loaded.posts_new == 2
    found = reasons(loaded)
    assert sorted(found) == [3, 4, 5, 6]
    assert all(reason.startswith(("names no post", "unreadable posted_at")) for reason in found.values())


def test_an_id_and_a_link_of_two_posts_are_a_reject(
    bring: Bring, table: Callable[..., Any], made: Callable[..., str]
) -> None:
    one, two = made("2024-05-01"), made("2024-05-02")
    link = "https://www.tiktok.com/@a/video/"
    rows = [
        f"{one},{link}{two}",
        f"{one},https://www.tiktok.com/embed/v2/{two}",
        f"{one},{link}{one} {link}{two}",
        f'{one},"tiktok.com/@a/video/{one}, tiktok.com/@b/photo/{two}"',
        "dQw4w9WgXcQ,https://www.youtube.com/watch?v=dQw4w9WgXcZ",
        f"{one},{link}{one}?share_item_id={two}&v=2&is_from_webapp=1&sender_device=pc",
        f"{two},{link}{two} {link}{two}",
        f"1,{link}{made('2024-05-03')}",
        f"{made('2024-05-04')},https://vm.tiktok.com/ZTabc/",
    ]
    loaded = bring("\n".join(["id,link,views", *(f"{row},5" for row in rows)]))
    found = reasons(loaded)
    assert [found.get(line, "").split(":")[0] for line in range(2, 11)] == [
        *["the id and the link name two posts"] * 2, *["links to several posts in one cell"] * 2,
        "the id and the link name two posts", *[""] * 4,
    ]  # fmt: skip
    assert len(table("posts")) == 4


def test_options_that_are_no_time_and_no_zone_are_named(bring: Bring, made: Callable[..., str]) -> None:
    text = f"id,views\n{made('2024-05-01')},5\n"
    for as_of in ("soon", "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00"):
        with pytest.raises(MissingTimeError, match=re.escape(f"--as-of '{as_of}'")):
            bring(text, as_of=as_of)
    with pytest.raises(DwellError, match="--tz 'Mars/Base'"):
        bring(text, tz="Mars/Base")
