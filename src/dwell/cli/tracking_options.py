"""Options that the tracking commands share, and where they work: the data folder, or a server."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dwell.errors import AuthenticationError, NoDataError, SettingsError, VideoNotFoundError
from dwell.visible import mark_line

if TYPE_CHECKING:
    from dwell.client import Client
    from dwell.tracking.folder import FolderTracking

Server = Annotated[
    str | None,
    typer.Option(
        "--server",
        envvar="DWELL_SERVER",
        help="Ask this dwell server instead of the data folder, e.g. http://localhost:8000.",
        metavar="URL",
    ),
]
Key = Annotated[
    str | None,
    typer.Option(
        "--key", envvar="DWELL_SERVER_KEY", help="API key for --server; better set as DWELL_SERVER_KEY.", metavar="KEY"
    ),
]
VideoId = Annotated[str, typer.Argument(help="Id of the video, from dwell videos, or a link to it.", metavar="ID")]
Metadata = Annotated[
    list[str] | None,
    typer.Option("--metadata", help="A note about the video, such as campaign=spring; can be repeated.", metavar="K=V"),
]

_SHOWN = 80
_TIMEOUT_S = 15.0
_MAX_WAIT_S = 8.0
"""How long a command tries again before it says that the server cannot be reached."""


@contextmanager
def open_tracking(
    data: Path | None, server: str | None, key: str | None, *, create: bool = False
) -> Iterator[Client | FolderTracking]:
    """Open a server, where one is named, otherwise the data folder.

    Args:
        data: The data folder.
        server: The server's address.
        key: The API key for it.
        create: Create the folder if it does not exist.

    Raises:
        SettingsError: There is no key for the server, or a setting is malformed.
    """
    if server and data is not None and str(data) != os.environ.get("DWELL_DATA"):
        cure = "unset DWELL_SERVER" if server == os.environ.get("DWELL_SERVER") else "leave --server out"
        raise typer.BadParameter(
            f"{server} would be asked instead: {cure} to use the data folder.", param_hint="--data"
        )
    if server:
        if not key:
            raise SettingsError(f"{server} needs an API key: export DWELL_SERVER_KEY (made with dwell keys create).")
        from dwell.client import Client

        with Client(server, key, timeout_s=_TIMEOUT_S, max_wait_s=_MAX_WAIT_S) as client:
            try:
                yield client
            except AuthenticationError as error:
                raise AuthenticationError(
                    f"{str(error).rstrip('.')}: check DWELL_SERVER_KEY; dwell keys list, on the server, shows all keys."
                ) from error
        return
    from dwell.tracking.folder import open_folder

    with open_folder(data, create=create) as folder:
        yield folder


@contextmanager
def find_video(video_id: str, options: str) -> Iterator[None]:
    """Says which video was not found, and what lists those that there are.

    Args:
        video_id: The id that the block asks for.
        options: What `where_options` gives.

    Raises:
        VideoNotFoundError: The block raised it.
    """
    try:
        yield
    except VideoNotFoundError as error:
        raise VideoNotFoundError(
            f"Video {mark_line(video_id)[:_SHOWN]} not found: see dwell videos{options}."
        ) from error


def find_video_id(tracking: Client | FolderTracking, text: str, options: str) -> str:
    """The id itself, or that of the newest job on the video that a link shows.

    Args:
        tracking: Where the video is tracked.
        text: An id, or a link.
        options: What `where_options` gives.

    Raises:
        NoDataError: The video that the link shows is not tracked.
    """
    post = re.search(r"(?<![0-9])[0-9]{17,20}(?![0-9])", text)
    if post is None or text.startswith("vid_"):
        return text
    found = next((one.id for one in tracking.videos() if one.video_link.endswith(f"/{post[0]}")), None)
    if found is None:
        raise NoDataError(f"The video {post[0]} is not tracked: track it with dwell track {text}{options}")
    return found


def parse_metadata(pairs: Sequence[str] | None) -> dict[str, str] | None:
    """Parse `--metadata`; None without any.

    Raises:
        typer.BadParameter: One has no `=`.
    """
    found = {}
    for pair in pairs or ():
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise typer.BadParameter(f"{pair!r} isn't a note; write name=value.", param_hint="--metadata")
        found[name] = value
    return found or None


def where_options(server: str | None) -> str:
    """What a next command needs so that it asks the same server; the key is never part of it."""
    return f" --server {server}" if server else ""


def as_row(value: Any) -> Mapping[str, Any]:
    """The fields of an object of the API, those of its objects too."""
    import msgspec

    row: Mapping[str, Any] = msgspec.to_builtins(value, builtin_types=(datetime,))
    return row
