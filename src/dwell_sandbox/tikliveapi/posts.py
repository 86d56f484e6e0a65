"""TikLiveAPI's endpoints about single posts: the post by its link, and what is written below it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dwell.providers.links import LinkError, parse
from dwell_sandbox.server.ids import post_of
from dwell_sandbox.server.reply import Listing, Payload, Refused, Reply, Scene
from dwell_sandbox.server.view import Gone
from dwell_sandbox.tikliveapi.objects import comment, detail
from dwell_sandbox.tikliveapi.refusals import clamped, gone, number, says, text

Parameters = Mapping[str, Any]
_DIGITS = re.compile(r"(?<!\d)\d{19}(?!\d)")


def post_detail(scene: Scene, parameters: Parameters) -> Reply:
    """`/post-detail/`: one flat video at the top level."""
    post_id = _post_id(scene, parameters)
    try:
        account, post = scene.view.post(post_id, scene.at)
    except Gone as why:
        raise gone(scene, "post", why) from None
    row = detail(account, post, scene.view.world.counters(post_id, scene.at), scene.options)
    return Reply(200, row, credits=1, posts=(row,))


def post_comments(scene: Scene, parameters: Parameters) -> Reply:
    """`/post-comments/`: paged by an offset, which comes back as a number."""
    post_id = _post_id(scene, parameters)
    count, offset = clamped(parameters, 20, 50), number(parameters, "cursor", 0)
    try:
        scene.view.post(post_id, scene.at)
    except Gone as why:
        raise gone(scene, "post", why) from None
    total = scene.view.world.counters(post_id, scene.at).comments
    found = scene.view.world.comments(post_id, scene.at, count, offset)
    rows, after = [], []
    for place, each in enumerate(found, offset + 1):
        try:
            rows.append(comment(post_id, each, scene.view.by_handle(each.handle, scene.at)))
        except Gone:
            continue
        after.append(place)
    behind = offset + len(found)
    box: Payload = {"comments": rows, "total": total, "cursor": behind, "hasMore": bool(found) and behind < total}
    return Reply(200, box, credits=1, listing=Listing(box, "comments", "cursor", "hasMore", offset, after))


def download(scene: Scene, parameters: Parameters) -> Reply:
    """`/download-video/`: where the files are."""
    row = post_detail(scene, parameters).payload
    return Reply(200, {"video": row["play"], "video_hd": row["hdplay"]}, credits=1)


def _post_id(scene: Scene, parameters: Parameters) -> str:
    """The post that a link means, short links included.

    Raises:
        Refused: It is no link to a post.
    """
    address = text(parameters, "url")
    try:
        link = parse(address)
    except LinkError as error:
        # An id minted in the simulated future is no bad id here.
        found = _DIGITS.search(address) if error.reason == "bad_id" else None
        if not found:
            raise Refused(says("Url parsing is failed! Please check url.")) from None
        return found[0]
    post_id = link.post_id or post_of(link.code or "")
    if post_id is None:
        raise gone(scene, "post", Gone("not_found"))
    return post_id
