"""Keywords to the sections of a study, by the engine's own field tables."""

from __future__ import annotations

import functools
import inspect
import json
import os
import textwrap

from . import _altyn
from ._tables import Sources


# Of a study file, what a call has parameters for: the rest stands in the file.
_ASKED = {"simulate": ("model", "columns"), "corridors": ("model",),
          "monitor": ("plan", "options")}


@functools.cache
def tables(kind: str, whole: bool = False) -> dict:
    """{section: {name: {"type", "default", "doc", ...}}} of the options of a call, or of the whole
    file that a kind of study may have."""
    return {section["name"]: {field["name"]: field for field in section["fields"]}
            for section in json.loads(_altyn.sections(kind))
            if whole or section["name"] in _ASKED.get(kind, (section["name"],))}


@functools.cache
def section_of(kind: str) -> dict:
    """Where each option of a kind of study stands; of two of one name the first."""
    places: dict[str, str] = {}
    for section, fields in tables(kind).items():
        for name in fields:
            places.setdefault(name, section)
    return places


def sections(kind: str, options: dict, where: str, sources: Sources | None = None) -> dict:
    """The options a caller gave, each in its section."""
    places = section_of(kind)
    content: dict = {}
    for name, value in options.items():
        if name not in places:
            _altyn.refuse_option(name, list(places), where)
        field = tables(kind)[places[name]][name]
        content.setdefault(places[name], {})[name] = _plain(value, field, sources, f"{where} {name}")
    return content


def _plain(value, field: dict, sources: Sources | None, where: str):
    if field["type"] in ("strings", "numbers"):
        if isinstance(value, dict):  # whose table each is: {"RUS": months}
            return [f"{key}={_scalar(one, sources, where)}" for key, one in value.items()]
        several = isinstance(value, (list, tuple)) or type(value).__name__ == "ndarray"
        return [_scalar(one, sources, where) for one in (value if several else [value])]
    return _scalar(value, sources, where)


def _scalar(value, sources: Sources | None, where: str):
    if isinstance(value, (bool, int, float, str)) or value is None:
        return value
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if type(value).__module__ == "numpy" and hasattr(value, "item"):
        return value.item()
    if sources is not None:
        return sources.name_of(value)
    _altyn.refuse("wrong-type", f"a {type(value).__name__} is no value of this option", where, [],
                  "options are texts, numbers, truth values and lists of them",
                  ["write the table to a file and give its path"])


def named(content, sources: Sources):
    """A scenario with a name for every table that stands in it."""
    if isinstance(content, dict):
        return {key: named(value, sources) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [named(value, sources) for value in content]
    return _scalar(content, sources, "altyn.simulate")


def document(kind: str, leave_out: tuple[str, ...] = (), like=None):
    """Adds the options of a kind of study to the docstring and the signature of a function."""

    def add(function):
        lines = [textwrap.dedent(function.__doc__).strip(), "", "Options", "-------"]
        for name, field in _listed(kind, (*leave_out, *inspect.signature(function).parameters)):
            lines += describe(name, field)
        function.__doc__ = "\n".join(lines) + "\n"
        return signature(kind, leave_out, like)(function)

    return add


def signature(kind: str, leave_out: tuple[str, ...] = (), like=None):
    """Gives a function the signature that editors and notebooks show: its own parameters, those of
    `like`, which it passes on, and the options of a kind of study."""

    def add(function):
        own = inspect.signature(function)
        shown = {name: p for name, p in own.parameters.items() if p.kind is not p.VAR_KEYWORD}
        if like is not None:
            for name, one in inspect.signature(like).parameters.items():
                if name not in leave_out:
                    shown.setdefault(name, one)
        for name, field in _listed(kind, (*leave_out, *shown)):
            shown[name] = inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY,
                                            default=field["default"],
                                            annotation=_ANNOTATIONS[field["type"]])
        function.__signature__ = own.replace(parameters=list(shown.values()))
        return function

    return add


def _listed(kind: str, leave_out) -> list[tuple[str, dict]]:
    """The options of a kind of study, each once."""
    found = {name: field for fields in reversed(tables(kind).values())
             for name, field in fields.items()}
    order = [name for fields in tables(kind).values() for name in fields]
    return [(name, found[name]) for name in dict.fromkeys(order) if name not in leave_out]


# One text or number may stand for a list of one; a table wherever a text names one.
_ANNOTATIONS = {"boolean": "bool", "integer": "int", "number": "float", "string": "Any",
                "strings": "Any", "numbers": "float | Sequence[float]"}


def describe(name: str, field: dict) -> list[str]:
    """One option in words."""
    words = {"boolean": "bool", "integer": "int", "number": "float", "string": "str",
             "strings": "list of str", "numbers": "list of float"}
    default = field["default"]
    text = field["doc"]
    if "choices" in field:
        text += "; one of " + ", ".join(field["choices"])
    if field["unit"]:
        text += f"; in {field['unit']}"
    if "minimum" in field or "maximum" in field:
        text += f"; from {field.get('minimum', '')} to {field.get('maximum', '')}".rstrip()
    if "source" in field:
        text += f" ({field['source']})"
    head = f"{name} : {words[field['type']]}"
    if default not in ("", [], None):
        head += f", default {default!r}"
    return [head, *textwrap.wrap(text, 92, initial_indent="    ", subsequent_indent="    ")]
