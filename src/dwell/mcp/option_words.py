"""What dwell says in errors and warnings, with the arguments of a tool instead of the command line's options."""

from __future__ import annotations

import re

from dwell.mcp.arguments import Arguments
from dwell.text.readable import shorten, show_text
from dwell.visible import mark_line

_OPTION = re.compile(r"\bdwell [a-z][^,;:.()]*|--([a-z][a-z-]*[a-z])")


def word_options(message: str, arguments: type[Arguments]) -> str:
    """The sentence with `platform` for `--platform`, where the tool has such an argument; with visible signs only.

    A command to type, such as `dwell fit --creator @you`, keeps its options.

    Args:
        message: What dwell says.
        arguments: The arguments of the tool.
    """

    def name(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0]
        argument = found[1].replace("-", "_")
        return argument if argument in arguments.model_fields else found[0]

    return mark_line(_OPTION.sub(name, shorten(show_text(message))))
