"""TikLiveAPI's endpoints about single posts: the post by its link, and what is written below it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dwell.providers.links import LinkError, parse
from dwell_sandbox.server.ids import parse_short_code
from dwell_sandbox.server.provider_view import NotVisibleError
from dwell_sandbox.server.response import EndpointError, Paging, Payload, RequestContext, Response
from dwell_sandbox.tikliveapi.errors import message_response, not_visible, read_count, read_number, read_text
from dwell_sandbox.tikliveapi.objects import comment, detail

Parameters = Mapping[str, Any]
_DIGITS = re.compile(r"(?<!\d)\d{19}(?!\d)")


def post_detail(context: RequestContext, parameters: Parameters) -> Response:
    """`/post-detail/`: one flat video at the top level."""
    post_id = _post_id(context, parameters)
    try:
        account, post = context.view.post(post_id, context.at)
    except NotVisibleError as why:
        raise not_visible(context, "post", why) from None
    row = detail(account, post, context.view.world.counters(post_id, context.at), context.options)
    return Response(200, row, credits=1, posts=(row,))


def post_comments(context: RequestContext, parameters: Parameters) -> Response:
    """`/post-comments/`: paged by an offset, which comes back as a number."""
    post_id = _post_id(context, parameters)
    count, offset = read_count(parameters, 20, 50), read_number(parameters, "cursor", 0)
    try:
        context.view.post(post_id, context.at)
    except NotVisibleError as why:
        raise not_visible(context, "post", why) from None
    total = context.view.world.counters(post_id, context.at).comments
    found = context.view.world.comments(post_id, context.at, count, offset)
    rows, row_cursors = [], []
    for place, each in enumerate(found, offset + 1):
        try:
            rows.append(comment(post_id, each, context.view.account_by_handle(each.handle, context.at)))
        except NotVisibleError:
            continue
        row_cursors.append(place)
    next_cursor = offset + len(found)
    page: Payload = {
        "comments": rows,
        "total": total,
        "cursor": next_cursor,
        "hasMore": bool(found) and next_cursor < total,
    }
    return Response(200, page, credits=1, paging=Paging(page, "comments", "cursor", "hasMore", offset, row_cursors))


def download(context: RequestContext, parameters: Parameters) -> Response:
    """`/download-video/`: where the files are."""
    row = post_detail(context, parameters).payload
    return Response(200, {"video": row["play"], "video_hd": row["hdplay"]}, credits=1)


def _post_id(context: RequestContext, parameters: Parameters) -> str:
    """The post that a link means, short links included.

    Raises:
        Refused: It is no link to a post.
    """
    address = read_text(parameters, "url")
    try:
        link = parse(address)
    except LinkError as error:
        # An id minted in the simulated future is no bad id here.
        found = _DIGITS.search(address) if error.reason == "bad_id" else None
        if not found:
            raise EndpointError(message_response("Url parsing is failed! Please check url.")) from None
        return found[0]
    post_id = link.post_id or parse_short_code(link.code or "")
    if post_id is None:
        raise not_visible(context, "post", NotVisibleError("not_found"))
    return post_id
