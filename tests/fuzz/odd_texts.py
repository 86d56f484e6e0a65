"""Texts that a cell may hold: every spelling that people and programs write, and what no cell should hold."""

from __future__ import annotations

from random import Random

ID = 7_350_810_998_023_949_000

NUMBERS = (
    "0", "1", "12", "5431", "5,431", "5.431", "1.234", "1,234", "12,5", "12.5", "1,234,567", "1.234.567", "12,34,567",
    "1 234", "1\u202f234", "1'234", "1’234", "17.7K", "17,7 mil", "3M", "2.1B", "17,7B", "3 тыс.", "1,2 mln", "5万",
    "0K", "0.0K", "12 rb", "4 jt", "9 Tr", "12345", "1234.000", "1234.5", "-5", "\u22125", "+7", "(12)", "12-", "1e5",
    "1E+05", "7.35081E+18", "٣٤٥", "۱۲۳", "१२३", "１２３", "0x1F", "1_000", "1/2", "½", "²", "12.", ".5", "00012",
    "1,23,4", "1.2.3", "99999999999999999999", "9223372036854775807", "9223372036854775808", "1e400", "1e-400", "-0",
    "0.1", "0.0000001", "12 views", "12K views", "1K+", ">1000", "<1%", "≥5", "~12", "12 apples", "1 2", "12;13",
    "1,,2", ",", ".", "'12", '="12"', "=1+2", "@12", "12\t", " 12 ", "\u200b12", "\ufeff12", "12\u200f", "1\u00ad2",
    "12\x00", "1\n2",
)  # fmt: skip
LENGTHS = (
    "8.98", "8.98s", "0:54", "1:02:03", "133h:48m:23s", "8:40s", "PT1M30S", "90 s", "1500ms", "2 min", "1 h", "1.5h",
    "0:00", "1:75", "0:12.5", "12:34:56:78", "61%", "61 %", "0,61", "٦١٪", "100%", "101%", "12,5%", "3 min 4 s",
    "1h2m3s", "5 秒", "8,40 сек", "1:1", ":30", "1:", "99999999:59", "1e3s",
)  # fmt: skip
WORDS = (
    "", " ", "-", "--", "–", "undefined", "null", "None", "NaN", "nan", "n/a", "#N/A", "inf", "-inf", "Infinity",
    "true", "FALSE", "yes", "ja", "нет", "Total", "#REF!", "#VALUE!", "x", "none of it", "[]", "{}", '{"a": 1}',
    '["a", 5]', "\x00", "\x1b[31m", "\u202e", "a" * 300, '"', '""', "'", "\\", "\r", "\n", "a\nb", "a,b", "a;b", "%",
    "%s", "{0}", "{rows}", "''; DROP TABLE x; --", "😀", "é", "\ufffd", "ſ", "İ", "ß", "ﬁ",
)  # fmt: skip
DATES = (
    "2026-03-22", "2026-03-22 10:11:12", "2026-03-22T10:11:12Z", "2026-03-22T10:11:12+05:30", "22.03.2026", "3/4/2026",
    "22/3/26", "March 22", "22 mars 2026", "8 de septiembre de 2025", "2026年3月22日", "45999", "1774137600",
    "1774137600000", "2026-02-30", "0000-00-00", "9999-12-31", "10000-01-01", "-0001-01-01", "2026-03-22 25:00",
    "2026-03-22T10:11 EST", "10/02/2026 9 PM UTC+2", "2026-02-10 junk", "infinity", "epoch", "now", "today", "+99:99",
    "2026-03-22T10:11:12+99:99", "Jan 1 - March 30", "April 1 - 30, 2025", "2026-W12", "2026-081", "1 Jan", "31 Feb",
    "0", "1", "99999999999999999999", "1e18", "2026-03-22T24:00:00", "2026-03-22T10:11:60Z", "٢٠٢٦-٠٣-٢٢",
)  # fmt: skip
IDS = (
    str(ID + 599), str(ID + 600), "7.35081E+18", "7350810998023949000", f"'{ID + 599}", f'="{ID + 599}"', "123",
    "https://www.tiktok.com/@a.b/video/7350810998023949599", "https://www.tiktok.com/@a.b/photo/7350810998023949600",
    "https://vm.tiktok.com/ZMabc/", "tiktok.com/@a/video/1", "https://www.youtube.com/shorts/abcdefghijk",
    "abcdefghijk", "https://www.instagram.com/p/abc/", "@a.b", "a.b", "A.B", "@", "@a b",
    "https://www.tiktok.com/@a.b", "http://[::1", "https://www.tiktok.com/@a.b/video/7350810998023949599?x=1#y",
    "javascript:alert(1)", "٧٣٥٠٨١٠٩٩٨٠٢٣٩٤٩٥٩٩", "7" * 30, "0" * 19, "-7350810998023949599",
    "https://www.tiktok.com:99999/@a/video/7350810998023949599",
)  # fmt: skip
EVERY = (NUMBERS, LENGTHS, WORDS, DATES, IDS)


def odd_text(random: Random) -> str:
    """One of the texts, or two of them joined."""
    text = random.choice(random.choice(EVERY))
    if random.randrange(12) == 0:
        text += random.choice((" ", "", "\t", "%", "K", "s", "\u00a0")) + random.choice(random.choice(EVERY))
    return text


def odd_number(random: Random) -> str:
    """A spelling of a number that is unlike all others, so that it cannot be found where it was not written."""
    number = random.randrange(1, 10**7)
    return random.choice((
        str(number), f"{number:,}", f"{number:,}".replace(",", "."), f"{number:,}".replace(",", " "),
        f"{number / 1000:.1f}K", f"{number / 1000:.1f}".replace(".", ",") + " mil", f"{number / 100:.2f}",
        f"{number}.0", f"{number / 1000:.3f}", f"{number % 100}%", f"{number % 3600 // 60}:{number % 60:02}",
    ))  # fmt: skip
