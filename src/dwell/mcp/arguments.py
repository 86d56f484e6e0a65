"""The arguments of tools, as pydantic models: their JSON schemas are what an assistant reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from dwell.errors import DwellError, InvalidRequestError
from dwell.text.nearest import did_you_mean
from dwell.text.time_zones import find_zone
from dwell.visible import mark_line

MOST_ROWS = 200
"""Rows of one answer at most."""

_NAME = 500
_SHOWN = 80
_Given = TypeVar("_Given", bound="Arguments")


def _check_zone(name: str) -> str:
    try:
        find_zone(name)
    except DwellError:
        raise ValueError("there is no such time zone; write one as Europe/Berlin") from None
    return name


Creator = Annotated[str, Field(min_length=1, max_length=_NAME, description="The account: @handle or profile link.")]
AnyCreator = Annotated[
    str | None, Field(max_length=_NAME, description="Only this account: @handle or profile link. Null for all.")
]
Platform = Annotated[
    Literal["tiktok", "youtube", "facebook"] | None,
    Field(description="Only posts of this platform; needed where an account has posts of several."),
]
Zone = Annotated[
    str, Field(max_length=_NAME, description="Time zone for weekdays and hours."), AfterValidator(_check_zone)
]
Scheme = Annotated[
    Literal["proxy", "sweet-spot"],
    Field(description="Duration buckets: proxy (up to 10, 20, 35, 60 s) or sweet-spot (15, 30, 60, 120, 300 s)."),
]
Include = Annotated[
    tuple[Literal["ads", "pinned", "young", "photos"], ...],
    Field(description="Posts to include that are left out otherwise."),
]
MinAge = Annotated[
    float,
    Field(ge=0, allow_inf_nan=False, description="Leave out posts observed fewer hours than this after posting."),
]
Metric = Annotated[
    Literal[
        "watch_ratio", "full_watch_rate", "engagement_rate", "save_rate", "share_rate", "like_rate", "views_per_hour"
    ]
    | None,
    Field(description="What posts are compared by; null: watch ratio where it is known of enough posts, else a rate."),
]
Age = Annotated[
    Literal["1h", "24h", "72h", "7d"] | None,
    Field(description="Compare posts at this age since publishing, by readings close to it; then without metric."),
]
Since = Annotated[
    str | None, Field(max_length=_NAME, description="Only posts published from this day or instant (ISO 8601) on.")
]
Until = Annotated[
    str | None, Field(max_length=_NAME, description="Only posts published up to this day, or before this instant.")
]
Last = Annotated[
    str | None, Field(max_length=_NAME, description="Only posts published this long ago at most: 90d, 12w or 24h.")
]
Targets = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=_NAME)], ...],
    Field(min_length=1, max_length=50, description="Accounts (@handle, link, id), #hashtag, sound:ID, search:words."),
]


class Arguments(BaseModel):
    """What every tool takes: which rows of its answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: Annotated[int, Field(ge=1, le=MOST_ROWS, description="The most rows to return.")] = 25
    offset: Annotated[int, Field(ge=0, description="How many rows to leave out first: next_offset of an answer.")] = 0
    columns: Annotated[
        tuple[str, ...] | None,
        Field(max_length=_NAME, description="Columns of the rows; null for the usual ones, [] for all of them."),
    ] = None

    def question(self) -> dict[str, Any]:
        """The arguments that say what is asked, without those that say which part of the answer is returned."""
        return self.model_dump(exclude=set(Arguments.model_fields))


class InPeriod(Arguments):
    """A question about posts by when they were published."""

    since: Since = None
    until: Until = None
    last: Last = None


class OfAccount(Arguments):
    """A question about one account."""

    creator: Creator
    platform: Platform = None


class OfPeriod(InPeriod, OfAccount):
    """A question about the posts of one account."""


class OfEligible(OfPeriod):
    """A question about the posts of one account that can be compared."""

    metric: Metric = None
    include: Include = ()
    min_age_h: MinAge = 72.0


class OfGroup(InPeriod):
    """A question about the posts of one account, of a niche, of a watchlist, or of all accounts of a platform."""

    creator: AnyCreator = None
    niche: Annotated[str | None, Field(max_length=_NAME, description="Only the accounts of this niche.")] = None
    watchlist: Annotated[str | None, Field(max_length=_NAME, description="Only the accounts of this list.")] = None
    platform: Platform = None
    at: Age = None
    metric: Metric = None
    scheme: Scheme = "proxy"
    include: Include = ()
    min_age_h: MinAge = 72.0


def input_schema(model: type[Arguments]) -> dict[str, Any]:
    """The JSON schema of the arguments, short: an assistant reads those of all tools before it asks anything.

    Titles, limits of length and defaults of null are left out, and `anyOf` with null becomes a list of types.
    """
    schema = model.model_json_schema()
    properties = {name: _shorten(described) for name, described in schema["properties"].items()}
    return {name: schema[name] for name in ("type", "required", "additionalProperties") if name in schema} | {
        "properties": properties
    }


def _shorten(described: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in described.items() if name not in ("title", "anyOf", "maxLength")}
    if "anyOf" not in described:
        return kept
    if kept.get("default", "") is None:
        del kept["default"]
    value, null = described["anyOf"]
    assert null == {"type": "null"}
    kept |= {name: known for name, known in value.items() if name != "maxLength"} | {"type": [value["type"], "null"]}
    if "enum" in value:
        kept["enum"] = [*value["enum"], None]
    return kept


def read_arguments(model: type[_Given], given: Mapping[str, Any], tool: str) -> _Given:
    """The arguments of a call.

    Raises:
        InvalidRequestError: One is missing, unknown, or cannot be; the message names all of them.
    """
    try:
        return model.model_validate(dict(given))
    except ValidationError as error:
        sentences = [_sentence(model, found, tool) for found in error.errors()]
        raise InvalidRequestError(" ".join(dict.fromkeys(sentences))) from None


def _sentence(model: type[Arguments], found: Mapping[str, Any], tool: str) -> str:
    place: Sequence[Any] = found["loc"]
    name = mark_line(str(place[0]))[:_SHOWN] if place else "the arguments"
    if found["type"] == "extra_forbidden":
        known = list(model.model_fields)
        return f"{tool} has no argument {name!r}.{did_you_mean(name, known)} It has {', '.join(known)}."
    if found["type"] == "missing":
        return f"{name} is missing: {model.model_fields[name].description}"
    message = str(found["msg"]).removeprefix("Value error, ").rstrip(".")
    return f"{name} cannot be {mark_line(repr(found['input']))[:_SHOWN]}: {message[:1].lower()}{message[1:]}."
