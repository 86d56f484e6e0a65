"""The tools that read live accounts: the price first, then the sweep, within the credits that the user allowed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import Field

from dwell.errors import BudgetError
from dwell.mcp import meanings
from dwell.mcp.allowance import Allowance
from dwell.mcp.arguments import Arguments, Targets
from dwell.mcp.folder import Folder
from dwell.mcp.tool import Answered, Tool
from dwell.results import Result
from dwell.text.plurals import pluralize
from dwell.workspace import Workspace


class Sweep(Arguments):
    """What is read."""

    names: Targets
    posts: Annotated[int, Field(ge=1, le=10_000, description="Number of newest posts to read of each.")] = 200
    provider: Annotated[str | None, Field(max_length=100, description="Provider; null: the first with a key.")] = None
    fresh: Annotated[bool, Field(description="Start over, even if the same sweep was left unfinished.")] = False

    def question(self) -> dict[str, Any]:
        """The fields of a sweep."""
        return self.model_dump(include={"names", "posts", "provider", "fresh"})


class PaidSweep(Sweep):
    """What is read, and what it may cost."""

    max_credits: Annotated[
        int, Field(ge=0, description="The most credits to spend: at least credits_at_most of price_sweep.")
    ]


def sweep_tools(allowance: Allowance) -> tuple[Tool, ...]:
    """The tools of a server that may spend credits.

    Args:
        allowance: What it may spend.
    """

    def price(folder: Folder, arguments: Sweep, _stop: threading.Event) -> Answered:
        plan = folder.live.live.plan(**arguments.question())
        left = {"credits_left": allowance.left, "credits_allowed": allowance.limit}
        return Answered(Result(plan.columns, plan.rows, {**plan.meta, **left}))

    def sweep(folder: Folder, arguments: PaidSweep, stop: threading.Event) -> Answered:
        workspace, question = folder.live, arguments.question()
        plan = workspace.live.plan(**question)
        most = int(plan.meta["credits_at_most"])
        if most > arguments.max_credits:
            raise BudgetError(
                f"Nothing was read: the sweep may cost {pluralize(most, 'credit')}, {plan.meta['usd_at_most']:.4f} US"
                f" dollars. If the user agrees to that price, call it again with max_credits {most}."
            )
        with allowance.reserved(most, _ledger(workspace)):
            result = workspace.live.sweep(**question, max_credits=most, stop=stop)
        meta = {**result.meta, "credits_left": allowance.left, "credits_allowed": allowance.limit}
        return Answered(Result(result.columns, result.rows, meta), simulated=bool(result.meta["simulated"]))

    limit = f"This server may spend {pluralize(allowance.limit, 'credit')} in all."
    return (
        Tool(
            "price_sweep",
            "The price of a sweep",
            f"What a sweep would cost: requests, credits and US dollars. Sends nothing. {limit}",
            Sweep,
            price,
            basis_note="The most that the sweep may cost, with pages as full as documented; details has the sums.",
            columns=meanings.PLAN,
        ),
        Tool(
            "sweep",
            "Read live accounts (costs credits)",
            "Reads the newest posts of accounts or topics from a provider and stores them. Costs credits: call"
            f" price_sweep first, tell the user the price, and sweep only if the user agrees. {limit}",
            PaidSweep,
            sweep,
            basis_note="Rows say what was read of each account; ask posts for the posts themselves.",
            columns=meanings.SWEPT,
            usual=tuple(meanings.SWEPT),
            sends=True,
        ),
    )


def _ledger(workspace: Workspace) -> Callable[[], int]:
    return lambda: int(workspace.live.cost().meta["total"]["credits"])
