"""The page that TikTok sends the owner of an account to after the consent; it belongs to no account of the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import APIRouter, Request
from starlette.responses import Response

PATH = "/oauth/tiktok/"

CompleteConnection = Callable[[Mapping[str, str]], tuple[int, bytes]]
"""Takes the values in the address, and gives status and page."""


def oauth_routes(complete: CompleteConnection) -> APIRouter:
    """The route. It is not part of the API: browsers come here, and nobody else.

    Args:
        complete: Connects the account.
    """
    from dwell.connections.result_page import HEADERS

    router = APIRouter()

    @router.get(PATH, include_in_schema=False)
    def connect(request: Request) -> Response:
        status, page = complete(dict(request.query_params))
        return Response(page, status_code=status, headers=HEADERS)

    return router
