"""What to say about wrong words on the command line: plain, with the nearest word that there is."""

from __future__ import annotations

import re
from typing import Any

from dwell.text.nearest import did_you_mean

_CHOICES = re.compile(r"'([^']*)'")


def word_usage_error(error: Any) -> str:
    """The sentence for an error that typer raised before the command began.

    Args:
        error: It has `format_message`; what it was caused by says which value was wrong.
    """
    kind = type(error).__name__
    command = getattr(getattr(error, "ctx", None), "command", None)
    if kind == "NoSuchOption":
        options = [name for param in getattr(command, "params", ()) for name in param.opts if name.startswith("--")]
        return f"There is no option {error.option_name}.{did_you_mean(error.option_name, options)}"
    text = str(error.format_message())
    if found := re.match(r"No such command '(.*?)'", text):
        commands = [name for name, each in getattr(command, "commands", {}).items() if not each.hidden]
        return f"There is no command {found[1]}.{did_you_mean(found[1], commands)}"
    if kind == "MissingParameter":
        return f"{_hint(error)} is missing."
    if found := re.match(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", text):
        return f"One word too many: {found[1]}. Put quotes around a text with blanks."
    if found := re.match(r"Option '(.*)' requires (an argument|\d+ arguments)", text):
        return f"{found[1]} needs a value."
    if found := re.match(r"Option '(.*)' does not take a value", text):
        return f"{found[1]} takes no value."
    if problem := _problem(getattr(error, "__cause__", None)):
        return f"{_hint(error)}: {problem}"
    if text.startswith("Invalid value for "):
        hint = _hint(error)
        return str(error.message) if str(error.message).startswith(hint) else f"{hint}: {error.message}"
    return text.removeprefix("Invalid value: ")


def _hint(error: Any) -> str:
    """The option or argument that is wrong, by the name that the help shows first."""
    if hint := getattr(error, "param_hint", None):
        return str(hint)
    param = error.param
    names = [name for name in getattr(param, "opts", ()) if name.startswith("-")]
    return names[0] if names else str(param.get_error_hint()).strip("'") if param else "A value"


def _problem(cause: Any) -> str | None:
    """What is wrong with a value that has the wrong kind; None if its message says so already."""
    errors = getattr(cause, "errors", None)
    if errors is None:
        return None
    first = errors()[0]
    given, kind, limits = repr(str(first.get("input")))[:60], str(first["type"]), first.get("ctx") or {}
    if kind.startswith("int_"):
        return f"{given} isn't a whole number."
    if kind.startswith("float_"):
        return f"{given} isn't a number."
    if "ge" in limits:
        return f"give {limits['ge']} or more."
    if "le" in limits:
        return f"give {limits['le']} or less."
    choices = _CHOICES.findall(str(first["msg"]).partition(" is not one of ")[2] or str(limits.get("expected", "")))
    if choices:
        return f"there is no {given}.{did_you_mean(given.strip(chr(39)), choices)} Choose from {', '.join(choices)}."
    return str(first["msg"]).removeprefix("Value error, ")
