"""The user's app at TikTok, from the settings, and sending its requests."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

from dwell.errors import SettingsError
from dwell.http import HttpRequest, HttpResponse, HttpTransport
from dwell.providers.tiktok_organic.api import API_PATH, BASE_URL, NAME, is_loopback
from dwell.providers.tiktok_organic.redirects import VARIABLE as REDIRECT
from dwell.providers.tiktok_organic.redirects import check_redirect
from dwell.settings import Settings
from dwell.settings.secret import Secret

_APP_ID, _APP_SECRET = "DWELL_TIKTOK_ORGANIC_APP_ID", "DWELL_TIKTOK_ORGANIC_APP_SECRET"


@dataclass(frozen=True, slots=True)
class App:
    """An app that owners allow to read their accounts.

    Attributes:
        app_id: Its id.
        secret: Its secret.
        base_url: The address of the API.
        redirect: Where owners are sent after the consent; None where it is not set.
    """

    app_id: str
    secret: Secret
    base_url: str
    redirect: str | None

    @property
    def is_local(self) -> bool:
        """The API is on this machine: a simulation, which takes redirects to this machine."""
        return is_loopback(self.base_url)

    def require_redirect(self) -> str:
        """The redirect address.

        Raises:
            SettingsError: It is missing, or TikTok would refuse it.
        """
        if self.redirect is None:
            raise SettingsError(
                f"Set {REDIRECT} to the redirect address that is registered with your app, such as "
                "https://dwell.example.com/oauth/tiktok/: the page may be missing, because you can paste the address "
                "that the browser shows."
            )
        return check_redirect(self.redirect, loopback=self.is_local)


def read_base_url(settings: Settings) -> str:
    """The address of the API.

    Raises:
        SettingsError: It is malformed.
    """
    return (settings.provider(NAME).url or BASE_URL).removesuffix(API_PATH).rstrip("/")


def read_app(settings: Settings) -> App:
    """The app of the settings.

    Raises:
        SettingsError: Its id or secret is missing, or a value is malformed.
    """
    configured = settings.provider(NAME)
    if configured.app_id is None or configured.app_secret is None:
        missing = " and ".join(
            name
            for name, value in ((_APP_ID, configured.app_id), (_APP_SECRET, configured.app_secret))
            if value is None
        )
        raise SettingsError(
            f"Set {missing}: TikTok shows owners' numbers only to an app that it has approved. Make one at "
            "business-api.tiktok.com/portal and send its Accounts API access application; for a trial without one, run "
            "dwell sandbox."
        )
    return App(configured.app_id, configured.app_secret, read_base_url(settings), configured.redirect)


def send(base_url: str, request: HttpRequest, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Sends one request about tokens or a profile. It costs nothing, so it is not in the ledger.

    Raises:
        ProviderError: There was no response.
        SettingsError: The address cannot be used.
    """
    # The answer to a refresh may repeat the token that was sent: nothing in it may be hidden.
    with closing(HttpTransport(base_url, {})) as transport:
        return transport.send(request, headers)
