"""`dwell seal`: moves stored rows from the journal to the lake."""

from __future__ import annotations

from dwell.cli.options import Csv, Data, Json, Out
from dwell.cli.output import Output
from dwell.results import Result
from dwell.text.plurals import pluralize


def seal(*, data: Data = None, as_json: Json = False, as_csv: Csv = False, output: Out = None) -> None:
    """Move the latest rows to the lake now. Answers do not change; with many new rows they get faster.

    You rarely need it: `dwell run` does it in the background, and other commands do it once very many rows wait.

    \b
    Example:
      dwell seal
    """
    import dwell
    from dwell.workspace.sealing import seal_folder

    result = seal_folder(dwell.open(data).store)
    Output(as_json, as_csv, output).show(result, _text)


def _text(result: Result) -> str:
    (row,) = result
    return f"Moved {pluralize(row['rows_moved'], 'row')} to the lake." if row["rows_moved"] else "No rows were waiting."
