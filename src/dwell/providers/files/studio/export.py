"""TikTok Studio's exports: all parts of one file read together, because one may state what another leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from dwell import clock
from dwell.errors import MissingTimeError, UnknownFormatError
from dwell.providers.files.studio import audience, content
from dwell.providers.files.studio.headers import (
    FIELDS,
    Kind,
    detect_kind,
    field_positions,
    unknown_headers,
    watch_positions,
)
from dwell.providers.files.studio.series import (
    DayRow,
    ExportDates,
    count_viewer_mismatches,
    read_day_rows,
    write_days,
    write_hours,
)
from dwell.providers.files.studio.zip_name import ZipName, parse_zip_name, require_account, resolve_account
from dwell.providers.format import CSV, Context, Format, ReadResult
from dwell.providers.part import Part
from dwell.providers.rewrite import Rewriter
from dwell.text.days import has_year

NAME = "studio"
_SERIES = frozenset({"overview", "viewers", "history", "activity"})


def _recognises(part: Part, _: Context) -> bool:
    return part.layout == "csv" and detect_kind(part.header) is not None


def _read(parts: Sequence[Part], context: Context) -> ReadResult:
    return _Export(parts, context).read()


class _Export:
    """The parts of one Studio file."""

    def __init__(self, parts: Sequence[Part], context: Context) -> None:
        self.context, self.result = context, ReadResult()
        self.kinds: list[tuple[Part, Kind]] = []
        for part in parts:
            kind = detect_kind(part.header)
            if kind is None:
                known = ", ".join(sorted({name for names in FIELDS.values() for name in names[:1]}))
                raise UnknownFormatError(
                    f"{part.name} isn't one of Studio's files; those have columns such as {known}."
                )
            self.kinds.append((part, kind))
        self.zip_name = self._parse_zip_name()
        as_of = context.as_of
        self.export_dates = ExportDates(
            self.zip_name.start,
            self.zip_name.end or as_of or clock.now(),
            self.zip_name.end or as_of,
            context.hints.dates or "",
        )

    def read(self) -> ReadResult:
        """Extracts of all parts, with warnings for the user."""
        posts = [(part, content.read_rows(part)) for part, name in self.kinds if name == "content"]
        linked = {row.link.handle for _, rows in posts for row in rows if row.link and row.link.handle}
        handle = resolve_account(self.context.handle, self.zip_name.handle, linked)
        if handle and handle == self.zip_name.handle and not linked and not self.context.handle:
            self.result.warnings.append(
                f"The account @{handle} is taken from the name of the zip; confirm it with --creator."
            )
        for part, rows in posts:
            self._content(part, rows)
        series = [
            (part, name, read_day_rows(part, self.export_dates, self.result.warnings))
            for part, name in self.kinds
            if name in _SERIES
        ]
        for part, name, days in series:
            self._series(part, name, days, require_account(part.name, handle))
        for part, name in self.kinds:
            if name in {"gender", "territories"}:
                self._audience(
                    part,
                    name,
                    require_account(part.name, handle),
                    [row.day for *_, days in series for row in days if row.day],
                )
        self._add_warnings()
        return self.result

    def _parse_zip_name(self) -> ZipName:
        names = [self.context.file.name, *(part.name.rsplit("/", 1)[-1] for part, _ in self.kinds)]
        return next((parsed for name in names if (parsed := parse_zip_name(name)) != ZipName()), ZipName())

    def _content(self, part: Part, rows: list[content.ContentRow]) -> None:
        tables = ["posts", "post_snapshots", "creators", *(["watch_times"] if watch_positions(part.header) else [])]
        writer = Rewriter(self.context.scratch, NAME, *tables, platform="tiktok")
        latest = content.write(part, rows, writer, self.export_dates)
        self.result.extracts.append(replace(writer.extract(), part=part.name))
        if latest is not None:
            self._warn_about_year(part.name, latest)

    def _series(self, part: Part, name: Kind, days: list[DayRow], handle: str) -> None:
        hours = name == "activity"
        writer = Rewriter(
            self.context.scratch, NAME, "follower_activity" if hours else "account_days", cumulative=False
        )
        if hours:
            write_hours(part.name, days, handle, self.export_dates, writer)
        else:
            write_days(days, handle, self.export_dates, writer)
        self.result.extracts.append(replace(writer.extract(), part=part.name))
        if not all(has_year(row.cells.get("date", "")) for row in days):
            self._warn_about_year(part.name, max(row.day for row in days if row.day))
        if name == "viewers" and (differing := count_viewer_mismatches(days)):
            self.result.warnings.append(
                f"{part.name}: on {differing} days new and returning viewers do not add up to the total."
            )

    def _audience(self, part: Part, name: Kind, handle: str, days: list[date]) -> None:
        observed_at: datetime | None = self.export_dates.exported or (
            self.export_dates.exported_at(max(days)) if days else None
        )
        if observed_at is None:
            raise MissingTimeError(f"{part.name} has no date: say when it was exported with --as-of.")
        writer = Rewriter(self.context.scratch, NAME, "audience_shares")
        dimension = "gender" if name == "gender" else "territory"
        self.result.warnings += audience.write(part, dimension, handle, observed_at, writer)
        self.result.extracts.append(replace(writer.extract(), part=part.name))

    def _add_warnings(self) -> None:
        for part, name in self.kinds:
            if dropped := unknown_headers(part.header):
                self.result.warnings.append(f"{part.name}: columns not imported: {', '.join(dropped)}.")
            if name == "content" and len(part.rows) >= 15 and "time" in field_positions(part.header):
                self.result.warnings.append(
                    f"{part.name}: Studio lists 15 posts at most, so the account's other posts are missing."
                )

    def _warn_about_year(self, name: str, last: date) -> None:
        """Studio leaves years out; where only today's date gives them, the user must be able to see the guess."""
        if self.export_dates.exported is None:
            self.result.warnings.append(
                f"{name}: Studio's dates have no year; it was read as an export of about {last}; "
                "if it is older, say when it was made with --as-of."
            )


FORMAT = Format(
    NAME,
    "TikTok Studio exports (Overview, Content, Viewers, Follower*), Creator Center, Business Suite",
    (
        frozenset({"Video title", "Video link", "Post time", "Total views", "Total likes"}),
        frozenset({"Date", "Video Views", "Profile Views", "Likes", "Comments", "Shares"}),
    ),
    _recognises,
    _read,
    layouts=CSV,
)
