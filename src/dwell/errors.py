"""Every exception that dwell raises on purpose.

A message is one sentence that says what is wrong and what cures it, because it is shown to users as it stands.
"""

from __future__ import annotations

from datetime import datetime


class DwellError(Exception):
    """Wrong input or wrong data: the command ends with exit code 1."""

    code = "error"


class UnknownFormatError(DwellError):
    """No importer recognises the file; nothing of it was loaded."""

    code = "unknown_format"


class BadFileError(DwellError):
    """The file is of a known format but cannot be read: cut off, too large when unpacked, not text."""

    code = "bad_file"


class MissingTimeError(DwellError):
    """Observations without a time, and no `--as-of` that gives one."""

    code = "missing_time"


class AmbiguousDatesError(DwellError):
    """Nothing in the whole column tells 3/4 as 3 April from 3/4 as March 4."""

    code = "ambiguous_dates"


class WrongAccountError(DwellError):
    """The file belongs to another account than the one that was named."""

    code = "wrong_account"


class StorageError(DwellError):
    """The data folder cannot be read or written: no space, no permission, another kind of file."""

    code = "storage"


class DamagedDataError(StorageError):
    """A stored file is damaged; the message names it and what can be rebuilt from what."""

    code = "damaged"


class NoDataError(DwellError):
    """The question is fine, but nothing stored answers it."""

    code = "no_data"


class ModelError(DwellError):
    """A stored model that does not exist, was altered, or comes from a version that this one cannot read."""

    code = "model"


class MissingExtraError(DwellError):
    """An optional library is needed; the message names the extra to install."""

    code = "missing_extra"


class SettingsError(DwellError):
    """A setting that cannot be used: a missing key, a settings file that others can read, a malformed value."""

    code = "settings"


class ProviderError(DwellError):
    """A provider cannot or did not answer as asked; asking again would not help."""

    code = "provider"


class KeyRefusedError(ProviderError):
    """The provider refuses the key: nothing more is asked of it."""

    code = "key_refused"


class OutOfCreditsError(ProviderError):
    """The provider's credits are used up: nothing more is asked of it."""

    code = "out_of_credits"


class BudgetError(DwellError):
    """The next request would cost more than the user allows."""

    code = "budget"


class TemporaryError(ProviderError):
    """A failure that may be gone when asked again: an overloaded server, a broken connection, a timeout.

    Attributes:
        sent: The request may have reached the provider, so it may have been paid; false where it surely did not.
    """

    code = "temporary"

    def __init__(self, message: str, *, sent: bool = True) -> None:
        super().__init__(message)
        self.sent = sent


class DamagedAnswerError(TemporaryError):
    """An answer that is cut off or no JSON, although its status says that all is well."""

    code = "damaged_answer"


class RateLimitedError(TemporaryError):
    """The provider says: too fast.

    Attributes:
        retry_after_s: Seconds that it asks to wait, where it says so.
    """

    code = "rate_limited"

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class UnavailableError(ProviderError):
    """The account or post that was asked about is not to be had.

    Attributes:
        state: `not_found` where the provider does not say why; else `deleted`, `private`, `banned`, `renamed`,
            `empty` or `region_blocked`.
        observed_at: When the provider said so, UTC; set by whoever asked.
        simulated: A simulation said so.
    """

    code = "unavailable"

    def __init__(self, message: str, state: str = "not_found") -> None:
        super().__init__(message)
        self.state = state
        self.observed_at: datetime | None = None
        self.simulated = False


class StoppedError(DwellError):
    """The user stopped the work; what was done is kept."""

    code = "stopped"
