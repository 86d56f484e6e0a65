"""A picture of the renderer as a part of a page: its elements are changed, never its text.

A caption can look like anything, also like a number to round, an id or an attribute; so the picture is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_MARKS = frozenset(f"{{{_SVG}}}{name}" for name in ("path", "line", "rect"))
_HREF = f"{{{_XLINK}}}href"
_OUTER = ("width", "height", "viewBox")
_UNUSED = ("role", "aria-roledescription", "aria-label", "aria-hidden", "pointer-events", "class", "font-family")
_NUMBERS = (
    "d",
    "transform",
    "x",
    "y",
    "x1",
    "x2",
    "y1",
    "y2",
    "width",
    "height",
    "cx",
    "cy",
    "r",
    "rx",
    "ry",
    "points",
)
"""Attributes that have the renderer's coordinates and nothing else."""
_LONG_NUMBER = re.compile(r"\d+\.\d{3,}")

ET.register_namespace("", _SVG)
ET.register_namespace("xlink", _XLINK)


def page_svg(drawing: str, label: str, key: str) -> str:
    """The picture for use inside a page: a named image, with tooltips, as wide as the space allows.

    Each described mark gets a `<title>`, which browsers show on hover. Links leave the tab order: a strip plot would
    add hundreds of tab stops, and the table under each chart has the same links.

    Args:
        drawing: SVG of the renderer.
        label: What the picture shows.
        key: A name that is unique on the page; it keeps the ids inside the picture distinct from others.
    """
    root = ET.fromstring(drawing)
    outer = {name: root.attrib[name] for name in _OUTER}
    for element in list(root.iter()):
        _drop_undrawn(element)
        _simplify(element)
    _rename_ids(root, key)
    root.attrib.clear()
    root.attrib.update({"role": "img", "aria-label": label, **outer})
    return ET.tostring(root, encoding="unicode")


def _drop_undrawn(parent: ET.Element) -> None:
    for child in list(parent):
        if child.tag == f"{{{_SVG}}}path" and child.get("display") == "none":
            parent.remove(child)


def _simplify(element: ET.Element) -> None:
    attributes = element.attrib
    description = attributes.get("aria-label")
    if description and element.tag in _MARKS and attributes.get("role") == "graphics-symbol":
        ET.SubElement(element, f"{{{_SVG}}}title").text = description
    for name in _UNUSED:
        attributes.pop(name, None)
    if attributes.get("opacity") == "1":
        del attributes["opacity"]
    for name in _NUMBERS:
        if name in attributes:
            attributes[name] = _LONG_NUMBER.sub(lambda digits: f"{float(digits[0]):.2f}", attributes[name])
    if _HREF in attributes:
        attributes.update({"tabindex": "-1", "target": "_blank", "rel": "noopener noreferrer"})


def _rename_ids(root: ET.Element, key: str) -> None:
    """Ids that are unique on the page and the same at each rendering; the renderer only counts up."""
    names = {old: f"{key}-{at}" for at, old in enumerate(_ids(root))}
    references = {f"url(#{old})": f"url(#{new})" for old, new in names.items()}
    for element in root.iter():
        for name, value in element.attrib.items():
            if name == "id":
                element.set(name, names[value])
            elif value in references:
                element.set(name, references[value])


def _ids(root: ET.Element) -> Iterator[str]:
    return (identifier for element in root.iter() if (identifier := element.get("id")) is not None)
