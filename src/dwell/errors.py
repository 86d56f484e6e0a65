"""Every exception that dwell raises on purpose.

A message is one sentence that says what is wrong and what cures it, because it is shown to users as it stands.
"""

from __future__ import annotations


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
