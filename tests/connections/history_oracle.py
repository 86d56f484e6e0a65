"""What the connector's tables must have, from the responses that were sent: plain Python, without anything of dwell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

SOURCE = "tiktok-organic-sandbox"
Key = tuple[Any, ...]
Row = dict[str, Any]

PROFILE = (
    *("bio_description", "display_name", "followers_count", "following_count", "is_business_account", "is_verified"),
    *("profile_deep_link", "profile_image", "total_likes", "videos_count"),
)
DAY_COUNTS = (
    *("address_clicks", "app_download_clicks", "bio_link_clicks", "comments", "daily_lost_followers"),
    *("daily_new_followers", "daily_total_followers", "email_clicks", "engaged_audience", "followers_count"),
    *("lead_submissions", "likes", "phone_number_clicks", "profile_views", "shares", "unique_video_views"),
    "video_views",
)
VIDEO = (
    *("app_download_clicks", "average_time_watched", "caption", "comments", "create_time", "embed_url", "favorites"),
    *("full_video_watched_rate", "lead_submissions", "likes", "new_followers", "phone_number_clicks", "profile_views"),
    *("reach", "share_url", "shares", "thumbnail_url", "total_time_watched", "video_duration", "video_views"),
    "website_clicks",
)
DETAILS = ("media_type", "is_ad", "email_clicks", "address_clicks")
AVERAGES = (
    *("average_video_views", "average_likes", "average_comments", "average_shares", "average_engagement_rate"),
    *("average_follower_count", "average_follower_growth", "average_video_count"),
)
COMMENT = (
    *("video_id", "create_time", "display_name", "liked", "likes", "owner", "pinned", "profile_image", "replies"),
    *("status", "text", "unique_identifier", "user_id", "username"),
)
LISTS = {
    "impression_sources": "impression_source",
    "engagement_likes": "second",
    "audience_types": "type",
    "audience_countries": "country",
    "audience_cities": "city_name",
    "video_view_retention": "second",
    "audience_genders": "gender",
}
"""A list of a video, whose table has its name -> the key of the member in its objects."""

AUDIENCE = {"age": "age", "gender": "gender", "territory": "country", "city": "city_name"}
"""A division of an account's followers -> the key of the group in its objects."""


class Newest:
    """Of each key and column the newest known value; of each key when it was read last, and last said something new."""

    def __init__(self) -> None:
        self.values: defaultdict[Key, dict[str, tuple[datetime, Any]]] = defaultdict(dict)
        self.read: dict[Key, datetime] = {}
        self.changed: dict[Key, datetime] = {}

    def add(self, key: Key, at: datetime, found: Mapping[str, Any]) -> None:
        """Take one reading; a null replaces nothing."""
        self.read[key] = max(at, self.read.get(key, at))
        known = self.values[key]
        if key not in self.changed or any(
            value is not None and (name not in known or known[name][1] != value) for name, value in found.items()
        ):
            self.changed[key] = at
        for name, value in found.items():
            if value is not None and (name not in known or known[name][0] <= at):
                known[name] = (at, value)

    def row(self, key: Key, names: Iterable[str]) -> Row:
        """The values of a key, null where none was ever seen."""
        known = self.values[key]
        return {name: known[name][1] if name in known else None for name in names}


class Oracle:
    """Takes every response, then says what the tables must have."""

    def __init__(self) -> None:
        self.names: defaultdict[str, dict[date, tuple[datetime, str]]] = defaultdict(dict)
        self.accounts, self.days, self.videos, self.details = Newest(), Newest(), Newest(), Newest()
        self.averages = Newest()
        self.lists: dict[str, dict[Key, tuple[datetime, str]]] = defaultdict(dict)
        self.comments: dict[str, tuple[datetime, str, Row]] = {}
        self.images: dict[str, tuple[datetime, str]] = {}
        self.thumbnails: dict[str, tuple[datetime, str]] = {}
        self.owners: dict[str, str] = {}
        self.responses = 0

    def add(self, at: datetime, endpoint: str, query: Mapping[str, str], data: Mapping[str, Any]) -> None:
        """Take one successful response.

        Args:
            at: When it was made, by the sandbox's clock.
            endpoint: As `business/get`.
            query: What was asked.
            data: Its `data`.
        """
        self.responses += 1
        open_id = query["business_id"]
        if endpoint == "business/get":
            self._add_account(open_id, at, data)
        elif endpoint == "business/video/list":
            for video in data["videos"]:
                self._add_video(open_id, at, video)
        elif endpoint == "business/benchmark":
            self.averages.add((data["business_category"], at.date()), at, {name: data.get(name) for name in AVERAGES})
        else:
            for comment in data["comments"]:
                self._add_comment(open_id, at, comment)

    def _name(self, open_id: str, at: datetime, name: str) -> None:
        before = self.names[open_id].get(at.date())
        if before is None or before[0] <= at:
            self.names[open_id][at.date()] = (at, name.lower())

    def _add_account(self, open_id: str, at: datetime, data: Mapping[str, Any]) -> None:
        if "display_name" in data:
            self.accounts.add((open_id, at.date()), at, {name: _plain(name, data.get(name)) for name in PROFILE})
            if data.get("profile_image"):
                self.images[open_id] = (at, data["profile_image"])
            if data.get("username"):
                self._name(open_id, at, data["username"])
        for dimension, name in (("age", "ages"), ("gender", "genders"), ("territory", "countries"), ("city", "cities")):
            members = [
                (_follower(dimension, each[AUDIENCE[dimension]]), _share(f"audience_{name}", each["percentage"]))
                for each in data.get(f"audience_{name}") or ()
            ]
            self._add_list("account_audience", (open_id, at.date(), dimension), at, members)
        for day in data.get("metrics") or ():  # with the profile, too: the followers of the last seven days
            of = date.fromisoformat(day["date"])
            self.days.add((open_id, of), at, {name: _plain(name, day.get(name)) for name in DAY_COUNTS})
            hours = [(float(each["hour"]), float(each["count"])) for each in day.get("audience_activity") or ()]
            before = self.lists["audience_activity"].get((open_id, of))
            if before is None or before[1] != pack(hours):  # a day that is said again keeps the instant of its figures
                self._add_list("audience_activity", (open_id, of), at, hours)

    def _add_video(self, open_id: str, at: datetime, video: Mapping[str, Any]) -> None:
        item, day = video["item_id"], at.date()
        self.owners[item] = open_id
        self.videos.add((item, day), at, {name: _plain(name, video.get(name)) for name in VIDEO})
        self.details.add((item, day), at, {name: _plain(name, video.get(name)) for name in DETAILS})
        if video.get("thumbnail_url"):
            self.thumbnails[item] = (at, video["thumbnail_url"])
        if video.get("share_url"):
            self._name(open_id, at, video["share_url"].split("/@")[1].split("/")[0])
        for name, member in LISTS.items():
            rows = [(_member(name, each[member]), _share(name, each["percentage"])) for each in video.get(name) or ()]
            self._add_list(name, (item, day), at, rows)

    def _add_list(self, name: str, key: Key, at: datetime, members: list[tuple[Any, float]]) -> None:
        before = self.lists[name].get(key)
        if members and (before is None or before[0] <= at):
            self.lists[name][key] = (at, pack(members))

    def _add_comment(self, open_id: str, at: datetime, comment: Mapping[str, Any]) -> None:
        before = self.comments.get(comment["comment_id"])
        if before is None or before[0] <= at:
            row = {name: _plain(name, comment.get(name)) for name in COMMENT}
            self.comments[comment["comment_id"]] = (at, open_id, row)
        for reply in comment.get("reply_list") or ():
            self._add_comment(open_id, at, reply)

    def username(self, open_id: str, day: date) -> str:
        """The account's name on a day: of the last day before on which it was read, else of the first after."""
        known = self.names[open_id]
        if not known:
            return open_id
        before = [each for each in known if each <= day]
        return known[max(before) if before else min(known)][1]

    # --- the tables ---------------------------------------------------------------------------------------------------

    def rows(self) -> dict[str, dict[Key, Row]]:
        """Table without `tiktok_organic_` -> key -> the other columns; those of lists are `members`, packed."""
        return {
            "account": dict(self._account_rows(self.accounts, PROFILE, self.accounts.read)),
            "account_metrics": dict(self._account_rows(self.days, DAY_COUNTS, self.days.changed, image=True)),
            "account_metrics_audience_activity": dict(self._account_lists("audience_activity")),
            "account_audience": dict(self._account_lists("account_audience")),
            "videos": dict(self._video_rows(self.videos, VIDEO)),
            "videos_details": dict(self._video_rows(self.details, DETAILS)),
            "videos_latest": self._latest(),
            "videos_comments": dict(self._comment_rows()),
            "benchmark": {
                key: {**self.averages.row(key, AVERAGES), **_sync(self.averages.read[key])}
                for key in self.averages.values
            },
            **{f"videos_{name}": dict(self._video_lists(name)) for name in LISTS},
        }

    def _account_rows(
        self, newest: Newest, names: tuple[str, ...], synced: Mapping[Key, datetime], *, image: bool = False
    ) -> Iterator[tuple[Key, Row]]:
        for key in newest.values:
            open_id, day = key
            more = {"profile_image": self.images.get(open_id, (None, None))[1]} if image else {}
            yield (self.username(open_id, day), day), {**newest.row(key, names), **more, **_sync(synced[key])}

    def _account_lists(self, name: str) -> Iterator[tuple[Key, Row]]:
        for (open_id, day, *more), (at, members) in self.lists[name].items():
            yield (self.username(open_id, day), day, *more), {"members": members, **_sync(at)}

    def _video_rows(self, newest: Newest, names: tuple[str, ...]) -> Iterator[tuple[Key, Row]]:
        for key in newest.values:
            named = {"video_creator_username": self.username(self.owners[key[0]], key[1])}
            yield key, {**named, **newest.row(key, names), **_sync(newest.read[key])}

    def _video_lists(self, name: str) -> Iterator[tuple[Key, Row]]:
        for key, (at, members) in self.lists[name].items():
            named = {"video_creator_username": self.username(self.owners[key[0]], key[1])}
            yield key, {**named, "members": members, **_sync(at)}

    def _latest(self) -> dict[Key, Row]:
        found: dict[Key, Row] = {}
        empty = {name: None for field in VIDEO for name in (field, f"{field}_date")}
        for item, day in sorted(self.videos.values, key=lambda key: key[1]):
            row = found.setdefault((item,), dict(empty))
            row["video_creator_username"] = self.username(self.owners[item], day)
            row["metric_date"] = day
            for name, (_, value) in self.videos.values[item, day].items():
                row[name], row[f"{name}_date"] = value, day
            row.update(_sync(self.videos.read[item, day]))
        return found

    def _comment_rows(self) -> Iterator[tuple[Key, Row]]:
        for comment_id, (at, open_id, said) in self.comments.items():
            row = {name: value for name, value in said.items() if name != "username"}
            yield (
                (comment_id,),
                {
                    **row,
                    "comment_author_username": said["username"],
                    "video_creator_username": self.username(open_id, at.date()),
                    "thumbnail_url": self.thumbnails.get(said["video_id"], (None, None))[1],
                    **_sync(at),
                },
            )


def pack(members: Iterable[tuple[Any, float]]) -> str:
    """A list in an order and form that can be compared, and that takes little memory."""
    return repr(sorted(members))


def _sync(at: datetime) -> Row:
    return {"_synced_at": at, "_source": SOURCE}


def _plain(name: str, value: Any) -> Any:
    """A value as a table has it: numbers as such, instants, null for a text without characters."""
    if value is None or value == "":
        return None
    if name == "create_time":
        return datetime.fromtimestamp(int(value), UTC)
    if name in {"media_type", "username"}:
        return value.lower()
    return value if isinstance(value, (bool, str)) else float(value)


def _member(name: str, member: str) -> Any:
    if name in {"engagement_likes", "video_view_retention"}:
        return float(member)
    return f"{member.lower().removesuffix('_vv')}_vv" if name == "audience_genders" else member


def _follower(dimension: str, member: str) -> str:
    return member.removesuffix("_vv").title() if dimension == "gender" else member


def _share(name: str, share: float) -> float:
    return share / 100 if name == "audience_cities" else float(share)
