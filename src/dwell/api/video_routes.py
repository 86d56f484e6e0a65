"""The calls about videos."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from msgspec import json
from starlette.responses import Response

from dwell import __version__
from dwell.api import examples
from dwell.api.bodies import (
    BulkRequest,
    BulkResult,
    TrackRequest,
    check_track,
    read_bulk,
    read_track,
)
from dwell.api.openapi import (
    answer,
    header_parameter,
    header_references,
    json_body,
    linked,
    make_router,
    no_content,
    problems,
)
from dwell.api.queries import check_video_id, matches, read_idempotency_key, read_instant, read_metadata
from dwell.api.request_body import Body
from dwell.api.request_state import caller_of
from dwell.api.responses import json_response
from dwell.api.schemas import reference
from dwell.api.slow_calls import SlowCalls
from dwell.api.snapshot_formats import MEDIA_TYPES, Format, SnapshotList, encode_snapshots
from dwell.errors import InvalidRequestError
from dwell.records.tracking import Status
from dwell.tracking.objects import (
    MAX_BULK,
    BulkItem,
    StoppedVideo,
    TrackedVideo,
    VideoDetail,
    VideoList,
)
from dwell.tracking.problems import describe_error
from dwell.tracking.service import Caller, TrackingService

_CREATED = 201
_OF_A_VIDEO = ("get_video", "list_snapshots", "stop", "erase")
_TRACK = """\
Reads the video once, which takes at most 10 seconds: that is its first snapshot. If the provider does not answer in
time, tracking begins all the same, and the snapshot is tried again.

The links in the documentation of the API that dwell can stand in for (`.../video/123`) have no valid id: use the link
of a real video. A second request for the same video tracks it twice, and names the first one in `duplicate_of`; with
the header `Idempotency-Key`, the same request can be sent again for 24 hours, and is done once."""
_BULK = f"""\
At most {MAX_BULK} videos, each with a result of its own: one that is refused does not stop the others. It does not wait
for the provider, and counts as one request.

With the header `Idempotency-Key`, the same request can be sent again for 24 hours: an item that was accepted is not
tracked again and has the same answer, one that was refused is tried again, and one that differs from the item in
the same place of the first request gets the status 422."""
_LIST = """\
Newest first. Give `next_cursor` of one page as `cursor` for the next; the last page has none. Several `metadata`
filters must all match."""
_SNAPSHOTS = """\
Oldest first, `since` <= `snapshot_time` < `until`; one without a time zone is UTC. In CSV an unknown counter is an
empty cell; in Arrow counters are 64-bit integers."""


_IDEMPOTENCY_KEY = header_parameter(
    "Idempotency-Key", "Any text that is new for each request.", "7d0f2c1e", pattern="^[!-~]{1,255}$"
)

VideoId = Annotated[str, Path(examples=[examples.ID])]
Instant = Annotated[str | None, Query(examples=["2026-01-29T10:00:00Z"], json_schema_extra={"format": "date-time"})]


def video_routes(service: TrackingService, slow_calls: SlowCalls) -> APIRouter:
    """The routes.

    Args:
        service: What answers.
        slow_calls: Runs what waits for a provider.
    """
    router = make_router("Videos", "/api/v1")

    @router.post(
        "/videos/track",
        status_code=_CREATED,
        summary="Track a video",
        description=_TRACK,
        responses={
            201: linked(answer(TrackedVideo, examples.TRACKED, "The video is tracked."), "/id", *_OF_A_VIDEO),
            **problems(
                "invalid_request", "invalid_link", "insufficient_balance", "video_limit", "video_private", "capacity",
                "conflict", "idempotency_key_reused", with_body=True,
            ),
        },
        openapi_extra=json_body(TrackRequest, examples.TRACK_REQUEST)
        | {"parameters": [_IDEMPOTENCY_KEY]},
    )  # fmt: skip
    async def track(request: Request, body: Body) -> Response:
        wanted = read_track(body)
        tracked = await slow_calls.run(
            service.track,
            caller_of(request.scope),
            wanted.video_link,
            wanted.duration_days,
            metadata=wanted.metadata,
            idempotency_key=read_idempotency_key(request.headers.get("idempotency-key")),
        )
        return json_response(tracked, _CREATED)

    @router.post(
        "/videos/track/bulk",
        summary="Track many videos",
        description=_BULK,
        responses={
            200: answer(
                BulkResult,
                BulkResult(results=examples.BULK_ITEMS, accepted=1, refused=1),
                "What became of each video.",
            ),
            **problems("invalid_videos", with_body=True),
        },
        openapi_extra=json_body(BulkRequest, examples.BULK_REQUEST) | {"parameters": [_IDEMPOTENCY_KEY]},
    )
    async def track_bulk(request: Request, body: Body) -> Response:
        videos, key = read_bulk(body), read_idempotency_key(request.headers.get("idempotency-key"))
        return json_response(await slow_calls.run(_track_bulk, service, caller_of(request.scope), videos, key))

    @router.get(
        "/videos",
        summary="List videos",
        description=_LIST,
        responses={
            200: linked(answer(VideoList, examples.VIDEO_LIST, "A page of videos."), "/videos/0/id", *_OF_A_VIDEO),
            **problems("invalid_query"),
        },
    )
    def list_videos(
        request: Request,
        *,
        platform: Annotated[str | None, Query(pattern="^[a-z0-9_-]{1,40}$", examples=["tiktok"])] = None,
        status: Annotated[Status | None, Query(examples=["monitoring"])] = None,
        limit: Annotated[int, Query(ge=1, le=100, examples=[50])] = 50,
        cursor: Annotated[str | None, Query(pattern="^[!-~]{1,512}$")] = None,
        metadata: Annotated[
            list[Annotated[str, Query(pattern="^[^:\x00]+:[^\x00]*$", max_length=512)]],
            Query(
                default_factory=list,
                description="`key:value` of the metadata that you gave.",
                examples=[["campaign:spring"]],
            ),
        ],
    ) -> Response:
        page = service.list_videos(
            caller_of(request.scope),
            platform=platform,
            status=status,
            limit=limit,
            cursor=cursor,
            metadata=read_metadata(metadata),
        )
        return json_response(page)

    @router.get(
        "/videos/{video_id}",
        summary="Get a video with its snapshots",
        responses={
            200: answer(VideoDetail, examples.DETAIL, "The video.", "ETag"),
            304: no_content("Nothing has changed since the version in If-None-Match.", "ETag"),
            **problems("video_not_found"),
        },
        openapi_extra={
            "parameters": [header_parameter("If-None-Match", "The ETag of the version that you have.", 'W/"7-1"')]
        },
    )
    def get_video(request: Request, video_id: VideoId) -> Response:
        caller = caller_of(request.scope)
        # The version is read first: the video that follows is never older than its ETag says.
        etag = f'W/"{service.get_version(caller, check_video_id(video_id))}-{__version__}"'
        headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
        if matches(request.headers.get("if-none-match"), etag):
            return Response(status_code=304, headers=headers)
        return json_response(service.get_video(caller, video_id), headers=headers)

    @router.get(
        "/videos/{video_id}/snapshots",
        summary="Get snapshots of a video",
        description=_SNAPSHOTS,
        responses={200: _snapshot_answer(), **problems("invalid_query", "video_not_found")},
    )
    def list_snapshots(
        request: Request,
        video_id: VideoId,
        since: Instant = None,
        until: Instant = None,
        form: Annotated[Format, Query(alias="format")] = "json",
    ) -> Response:
        snapshots = service.list_snapshots(
            caller_of(request.scope),
            check_video_id(video_id),
            since=read_instant("since", since),
            until=read_instant("until", until),
        )
        body = encode_snapshots(video_id, snapshots, form)
        return Response(body, headers={"Cache-Control": "no-store"}, media_type=MEDIA_TYPES[form])

    @router.post(
        "/videos/{video_id}/stop",
        summary="Stop tracking",
        description="Keeps the snapshots. Stopping a video that has ended changes nothing.",
        responses={
            200: answer(StoppedVideo, examples.STOPPED, "It is stopped."),
            **problems("video_not_found", with_body=True),
        },
    )
    def stop(request: Request, video_id: VideoId) -> Response:
        return json_response(service.stop(caller_of(request.scope), check_video_id(video_id)))

    @router.delete(
        "/videos/{video_id}",
        status_code=204,
        summary="Erase a video",
        description="Stops tracking, and erases the job with its snapshots.",
        responses={204: no_content("It is erased."), **problems("video_not_found", with_body=True)},
    )
    def erase(request: Request, video_id: VideoId) -> Response:
        service.erase(caller_of(request.scope), check_video_id(video_id))
        return Response(status_code=204, headers={"Cache-Control": "no-store"})

    return router


def _track_bulk(service: TrackingService, caller: Caller, videos: list[Any], idempotency_key: str | None) -> BulkResult:
    """Asks the service for the items that are valid, and puts the results in the order of the request."""
    results: list[BulkItem | None] = []
    wanted: list[dict[str, Any]] = []
    for video in videos:
        try:
            item = check_track(video)
        except InvalidRequestError as error:
            link = video.get("video_link") if isinstance(video, dict) else None
            status, body = describe_error(error)
            results.append(BulkItem(video_link=link if isinstance(link, str) else "", status=status, error=body))
        else:
            results.append(None)
            wanted.append(
                {"video_link": item.video_link, "duration_days": item.duration_days, "metadata": item.metadata}
            )
    answered = iter(service.track_bulk(caller, wanted, idempotency_key=idempotency_key) if wanted else [])
    items = [next(answered) if result is None else result for result in results]
    accepted = sum(item.video is not None for item in items)
    return BulkResult(results=items, accepted=accepted, refused=len(items) - accepted)


def _snapshot_answer() -> dict[str, Any]:
    text = {"type": "string"}
    lines = json.Encoder().encode_lines(examples.SNAPSHOTS).decode()
    return {
        "description": "The snapshots, in the format that was asked for.",
        "headers": header_references(()),
        "content": {
            MEDIA_TYPES["json"]: {
                "schema": reference(SnapshotList),
                "example": examples.builtins(examples.SNAPSHOT_LIST),
            },
            MEDIA_TYPES["csv"]: {"schema": text, "example": examples.text("csv")},
            MEDIA_TYPES["ndjson"]: {"schema": text, "example": lines},
            MEDIA_TYPES["arrow"]: {
                "schema": {"type": "string", "contentMediaType": MEDIA_TYPES["arrow"]},
                "example": "(an Arrow IPC stream)",
            },
        },
    }
