"""How a route gets the bytes of its request."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request


async def read_body(request: Request) -> bytes:
    """The body, which the middleware has read already."""
    return await request.body()


Body = Annotated[bytes, Depends(read_body)]
