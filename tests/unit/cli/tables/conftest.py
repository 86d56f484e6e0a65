from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--refresh-tables", action="store_true", help="write the tables anew, to be read in review")
