"""TikLiveAPI's endpoints about single posts: the post of a link, and its comments."""

from __future__ import annotations

import re

from dwell.providers.links import LinkError, parse_link
from dwell_sandbox.server.ids import parse_short_code
from dwell_sandbox.server.provider_view import NotVisibleError
from dwell_sandbox.server.response import EndpointError, Paging, Payload, RequestContext, Response
from dwell_sandbox.tikliveapi.errors import message_response, unavailable
from dwell_sandbox.tikliveapi.objects import comment, detail
from dwell_sandbox.tikliveapi.parameters import Parameters, read_count, read_number, read_text

_DIGITS = re.compile(r"(?<!\d)\d{19}(?!\d)")


def post_detail(context: RequestContext, parameters: Parameters) -> Response:
    """`/post-detail/`: one flat video at the top level."""
    post_id = _post_id(context, parameters)
    try:
        account, post = context.view.post(post_id, context.at)
    except NotVisibleError as error:
        raise unavailable(context, "post", error) from None
    row = detail(account, post, context.view.world.counters(post_id, context.at), context.options)
    return Response(200, row, credits=1, posts=(row,))


def post_comments(context: RequestContext, parameters: Parameters) -> Response:
    """`/post-comments/`: paged by an offset, which is returned as a number."""
    post_id = _post_id(context, parameters)
    count, offset = read_count(parameters, 20, 50), read_number(parameters, "cursor", 0)
    try:
        context.view.post(post_id, context.at)
    except NotVisibleError as error:
        raise unavailable(context, "post", error) from None
    total = context.view.world.counters(post_id, context.at).comments
    listed = context.view.world.comments(post_id, context.at, count, offset)
    rows, row_cursors = [], []
    for position, each in enumerate(listed, offset + 1):
        try:
            rows.append(comment(post_id, each, context.view.account_by_handle(each.handle, context.at)))
        except NotVisibleError:
            continue
        row_cursors.append(position)
    next_cursor = offset + len(listed)
    page: Payload = {
        "comments": rows,
        "total": total,
        "cursor": next_cursor,
        "hasMore": bool(listed) and next_cursor < total,
    }
    return Response(200, page, credits=1, paging=Paging(page, "comments", "cursor", "hasMore", offset, row_cursors))


def download(context: RequestContext, parameters: Parameters) -> Response:
    """`/download-video/`: the addresses of the files."""
    row = post_detail(context, parameters).payload
    return Response(200, {"video": row["play"], "video_hd": row["hdplay"]}, credits=1)


def _post_id(context: RequestContext, parameters: Parameters) -> str:
    """The post id of a link; short links too.

    Raises:
        EndpointError: It is not a link to a post.
    """
    address = read_text(parameters, "url")
    try:
        link = parse_link(address)
    except LinkError as error:
        # An id from the simulated future is valid here.
        match = _DIGITS.search(address) if error.reason == "bad_id" else None
        if not match:
            raise EndpointError(message_response("Url parsing is failed! Please check url.")) from None
        return match[0]
    post_id = link.post_id or parse_short_code(link.code or "")
    if post_id is None:
        raise unavailable(context, "post", NotVisibleError("not_found"))
    return post_id
