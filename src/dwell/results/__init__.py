"""The result of a query: named columns of declared types, convertible to a DataFrame of your choice."""

from dwell.results.result import Result

__all__ = ["Result"]
