"""The API over a service in memory."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from modules import load_module
from starlette.testclient import TestClient

from dwell.api.app import create_app
from dwell.logs import get_logger


@pytest.fixture(scope="session")
def fake() -> ModuleType:
    """The module fake_service.py."""
    return load_module(Path(__file__).with_name("fake_service.py"))


@pytest.fixture
def service(fake: ModuleType) -> Iterator[Any]:
    with closing(fake.FakeService()) as found:
        yield found


@pytest.fixture
def client_of(fake: ModuleType) -> Callable[..., TestClient]:
    """A client of an app, with a key that may do everything."""

    def make(app: Any, key: str | None = fake.KEY) -> TestClient:
        return TestClient(app, headers={} if key is None else {"X-API-Key": key})

    return make


@pytest.fixture
def client(service: Any, client_of: Callable[..., TestClient]) -> TestClient:
    return client_of(create_app(service))


@pytest.fixture
def video(service: Any, fake: ModuleType) -> Any:
    """A video of the account."""
    service.videos["vid_1"] = "acc_1", fake.make_video("vid_1")
    service.versions["vid_1"] = 7
    return service.videos["vid_1"][1]


@pytest.fixture
def log_lines() -> Callable[[], Any]:
    """Records what dwell logs while a block runs."""

    @contextmanager
    def record() -> Iterator[list[logging.LogRecord]]:
        records: list[logging.LogRecord] = []
        handler = logging.Handler()
        handler.emit = records.append  # type: ignore[method-assign]
        logger = get_logger("dwell.api")
        level = logger.level
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
        try:
            yield records
        finally:
            logger.removeHandler(handler)
            logger.setLevel(level)

    return record
