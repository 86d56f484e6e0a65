"""`dwell models`: the stored models, and the one that `dwell score` uses."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from dwell.cli.fit import report_text
from dwell.cli.options import Csv, Data, Json, Out
from dwell.cli.output import Output
from dwell.cli.tables.layout import Layout, shows
from dwell.cli.tables.table import result_table
from dwell.cli.terminal import say
from dwell.results import Result
from dwell.visible import mark_line

ModelId = Annotated[str, typer.Argument(help="Id of the model, or how it begins.", metavar="MODEL")]

app = typer.Typer(help="Stored models of watch time.", no_args_is_help=True, rich_markup_mode=None)


_LAYOUT = Layout(
    essential=("model_id", "r2", "rows", "default"),
    more=("target", "handles", "trained_at", "platform", "inputs"),
    rest=("refit_due_at", "superseded"),
)


@app.command("list")
@shows(_LAYOUT)
def show_all(*, data: Data = None, as_json: Json = False, as_csv: Csv = False, output: Out = None) -> None:
    """List the stored models, newest first.

    \b
    Example:
      dwell models list
    """
    import dwell

    Output(as_json, as_csv, output).show(dwell.open(data).models.list_all(), _text)


def _text(result: Result) -> str:
    if not result.rows:
        stored = "No stored model can be read" if result.warnings else "No model is stored"
        return f"{stored}: dwell fit --creator @you makes one."
    return result_table(result, _LAYOUT)


@app.command("show")
def show(model: ModelId, *, data: Data = None, as_json: Json = False, as_csv: Csv = False, output: Out = None) -> None:
    """Show how good a model was on unseen posts.

    The report that dwell fit printed.

    \b
    Example:
      dwell models show watch_ratio-demo --json
    """
    import dwell

    result = dwell.open(data).models.show(model)
    Output(as_json, as_csv, output).show(result, lambda shown: report_text(shown.meta, shown))


@app.command("delete")
def delete(
    model: ModelId,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Delete without asking.")] = False,
    data: Data = None,
) -> None:
    """Delete a model. Fit it again to have it back.

    \b
    Example:
      dwell models delete watch_ratio-demo --yes
    """
    import dwell

    models = dwell.open(data).models
    if not yes:
        model_id = models.find(model)
        if not sys.stdin.isatty():
            raise typer.BadParameter("nobody can be asked here: say --yes.")
        typer.confirm(f"Delete {mark_line(model_id)}?", abort=True)
    say(f"Deleted {mark_line(models.delete(model))}.")


@app.command("default")
def default(
    model: Annotated[str | None, typer.Argument(help="Id of the model, or how it begins.", metavar="MODEL")] = None,
    *,
    clear: Annotated[bool, typer.Option("--clear", help="Let dwell score choose by itself again.")] = False,
    data: Data = None,
) -> None:
    """Choose or name the model that dwell score uses.

    It is used without --model, for accounts of its platform. Without MODEL, its id is printed.

    \b
    Example:
      dwell models default watch_ratio-demo
      dwell models default --clear
    """
    import dwell

    if clear and model is not None:
        raise typer.BadParameter("name a model or say --clear, not both.")
    models = dwell.open(data).models
    chosen = models.set_default(model) if clear or model is not None else models.default
    if chosen is None:
        say("No default: dwell score uses the model that suits the account best.")
    else:
        say(f"dwell score uses {mark_line(chosen)} unless --model names another one.")
