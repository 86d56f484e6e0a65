"""One call with a token: who asks, about which account."""

from __future__ import annotations

from dataclasses import dataclass

from dwell_sandbox.business_api.errors import NO_PERMISSION, SCOPE_MISSING, error
from dwell_sandbox.business_api.parameters import Query, read_text
from dwell_sandbox.business_api.tokens import Grant
from dwell_sandbox.owner import OwnerAnalytics
from dwell_sandbox.server.provider_view import Account, NotVisibleError
from dwell_sandbox.server.response import RequestContext


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an app about an account whose owner consented.

    Attributes:
        context: The sandbox, and the instant.
        query: Query string.
        grant: What the owner allowed.
        account: The account.
    """

    context: RequestContext
    query: Query
    grant: Grant
    account: Account

    @property
    def seed(self) -> int:
        """Seed of the world."""
        return self.context.view.world.seed

    @property
    def number(self) -> int:
        """Number of the account's creator."""
        return self.account.creator.number

    @property
    def owner(self) -> OwnerAnalytics:
        """What the owner can see."""
        return OwnerAnalytics(self.context.view.world)

    def need_scope(self, *scopes: str) -> None:
        """Refuse the call if none of these scopes was granted.

        Raises:
            EndpointError: Code 40125.
        """
        if set(scopes).isdisjoint(self.grant.scopes):
            raise error(SCOPE_MISSING, f"The access token lacks the scope {scopes[0]}.")


def make_call(context: RequestContext, query: Query, grant: Grant) -> Call:
    """The call of a grant.

    Raises:
        EndpointError: `business_id` is missing or another account's, or the account no longer exists.
    """
    if read_text(query, "business_id") != grant.open_id:
        raise error(NO_PERMISSION, "No permission: business_id is not the account that the access token is for.")
    try:
        account = context.view.account_by_id(grant.account_id, context.at)
    except NotVisibleError as hidden:
        raise error(NO_PERMISSION, f"No permission: the TikTok account is {hidden.state}.") from None
    return Call(context, query, grant, account)
