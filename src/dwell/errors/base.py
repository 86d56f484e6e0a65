"""Every exception that dwell raises on purpose.

A message is shown to users as it is, so it is one sentence that says what is wrong and how to fix it.
"""

from __future__ import annotations

from datetime import datetime


class DwellError(Exception):
    """Wrong input or wrong data: the command ends with exit code 1."""

    code = "error"


class UnknownFormatError(DwellError):
    """No importer recognises the file; nothing was loaded from it."""

    code = "unknown_format"


class StrangeFileError(UnknownFormatError):
    """A well-known file that dwell does not read; the message says what it is and where the data is."""


class BadFileError(DwellError):
    """The format is known but the file cannot be read: it is truncated, too large when unpacked, or not text."""

    code = "bad_file"


class TooManyRejectsError(BadFileError):
    """More rows of a file cannot be used than the user allows: nothing of it is stored."""

    code = "too_many_rejects"


class MissingTimeError(DwellError):
    """The observations have no time, and no `--as-of` gives one."""

    code = "missing_time"


class AmbiguousDatesError(DwellError):
    """Nothing in the whole column shows whether 3/4 means 3 April or March 4."""

    code = "ambiguous_dates"


class AmbiguousNumbersError(DwellError):
    """Nothing in the whole file shows whether 1.234 is a thousand or a bit more than one."""

    code = "ambiguous_numbers"


class WrongAccountError(DwellError):
    """The file belongs to a different account than the one named."""

    code = "wrong_account"


class StorageError(DwellError):
    """The data folder cannot be read or written: no space, no permission, or not a data folder."""

    code = "storage"


class UndoError(DwellError):
    """An import cannot be taken back so that the tables have exactly what the others would have given."""

    code = "undo"


class AbstainedError(DwellError):
    """The data cannot tell, and the user said that this is a failure (`--fail-on abstain`)."""

    code = "abstained"


class OutputError(DwellError):
    """What a command prints cannot be written: its disk is full, or it is closed."""

    code = "output"


class ReaderGoneError(StorageError):
    """Whoever read an output has enough of it (`| head`): a command that meets this ends, and has not failed."""


class MemoryLimitError(StorageError):
    """An import needs more memory than it may use: fewer rows at once, or a higher limit, would do."""


class DamagedDataError(StorageError):
    """A stored file is damaged; the message names it and says what can be rebuilt."""

    code = "damaged"


class EngineError(DwellError):
    """The Spark server that should answer cannot be reached, or failed."""

    code = "engine"


class QueryError(DwellError):
    """SQL cannot run: it is not one SELECT over dwell's tables, or DuckDB refuses it."""

    code = "query"


class NoDataError(DwellError):
    """The request is valid, but no stored data answers it."""

    code = "no_data"


class ModelError(DwellError):
    """A stored model does not exist, was modified, or was written by a version that this one cannot read."""

    code = "model"


class MissingExtraError(DwellError):
    """An optional library is missing; the message names the extra to install."""

    code = "missing_extra"


class SettingsError(DwellError):
    """A setting cannot be used: the key is missing, other users can read the settings file, or a value is malformed."""

    code = "settings"


class UnknownConsentError(DwellError):
    """An address belongs to no consent that was asked for and is still open."""

    code = "unknown_consent"


class ProviderError(DwellError):
    """A provider cannot serve the request, or did not; retrying would not help."""

    code = "provider"


class KeyRefusedError(ProviderError):
    """The provider rejects the key: no more requests are sent to it."""

    code = "key_refused"


class NotAllowedError(ProviderError):
    """The account's owner did not allow this reading, or has not turned it on."""

    code = "not_allowed"


class OutOfCreditsError(ProviderError):
    """The provider's credits are used up: no more requests are sent to it."""

    code = "out_of_credits"


class BudgetError(DwellError):
    """The next request would exceed the user's budget."""

    code = "budget"


class TemporaryError(ProviderError):
    """A failure that a retry may cure: an overloaded server, a broken connection, a timeout.

    Attributes:
        sent: The request may have reached the provider and been charged; False only if it certainly did not.
    """

    code = "temporary"

    def __init__(self, message: str, *, sent: bool = True) -> None:
        super().__init__(message)
        self.sent = sent


class DamagedAnswerError(TemporaryError):
    """A response whose status reports success, but whose body is truncated or no JSON."""

    code = "damaged_answer"


class RateLimitedError(TemporaryError):
    """The provider says that requests come too fast.

    Attributes:
        retry_after_s: Seconds that it asks to wait; None if it does not say.
    """

    code = "rate_limited"

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class HeldError(TemporaryError):
    """The provider asks for a pause that is too long to wait for; the message says until when.

    Attributes:
        until: When the pause ends.
    """

    code = "held"

    def __init__(self, message: str, until: datetime) -> None:
        super().__init__(message, sent=False)
        self.until = until


class UnavailableError(ProviderError):
    """The requested account or post is not available.

    Attributes:
        state: `not_found` if the provider does not say why; otherwise `deleted`, `private`, `banned`, `renamed`,
            `empty` or `region_blocked`.
        observed_at: When the provider said so, UTC; set by the caller.
        simulated: The response came from a simulation.
    """

    code = "unavailable"

    def __init__(self, message: str, state: str = "not_found") -> None:
        super().__init__(message)
        self.state = state
        self.observed_at: datetime | None = None
        self.simulated = False


class StoppedError(DwellError):
    """The user stopped the job; completed work is kept."""

    code = "stopped"
