"""Writes __init__.pyi of the package: its calls with every option that the field tables know.

usage: make_stubs.py FOLDER_OF_THE_PACKAGE OUTPUT
"""

import inspect
import pathlib
import sys


def call(name, function):
    signature = inspect.signature(function)
    shown = []
    for one in signature.parameters.values():
        if one.kind is one.KEYWORD_ONLY and "*" not in shown:
            shown.append("*")
        shown.append(f"{one.name}: {one.annotation}" if one.default is one.empty
                     else f"{one.name}: {one.annotation} = {one.default!r}")
    first = inspect.getdoc(function).partition("\n\n")[0].replace("\n", "\n    ")
    text = ", ".join(shown)
    return f'def {name}({text}) -> {signature.return_annotation}:\n    """{first}"""\n'


def main(folder, output):
    sys.path.insert(0, str(pathlib.Path(folder).parent))
    import altyn

    lines = ["import os", "import pathlib", "from collections.abc import Callable, Sequence",
             "from typing import Any", "", "from ._altyn import Table as Table"]
    calls = []
    for name in altyn.__all__:
        one = getattr(altyn, name)
        if inspect.isclass(one):
            if one is not altyn.Table:
                lines.append(f"from .{one.__module__.split('.')[1]} import {name} as {name}")
        else:
            calls.append(call(name, one))
    text = "\n".join([*lines, "", "__version__: str", "", "", "\n\n".join(calls)])
    pathlib.Path(output).write_text(text)


main(*sys.argv[1:])
