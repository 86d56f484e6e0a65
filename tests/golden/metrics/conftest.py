from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--refresh-sql", action="store_true", help="write the golden SQL anew, to be read in review")
