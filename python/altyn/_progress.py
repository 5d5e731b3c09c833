"""Progress of a run: a bar in a notebook, a line on a terminal, nothing elsewhere."""

from __future__ import annotations

import html
import sys
import warnings


def display(progress):
    """The callable that shows progress: True or None chooses by where the code runs, False is
    nobody, a callable is called with {"step", "iteration", "total", "gap", "target"}."""
    if callable(progress):
        return progress
    if progress is False:
        return None
    if _in_notebook():
        return NotebookBar()
    if sys.stderr is not None and sys.stderr.isatty():
        return TerminalLine()
    return None


def finish(shown):
    """Removes what a display of ours left."""
    if isinstance(shown, (NotebookBar, TerminalLine)):
        shown.clear()


def warn(sentence: str):
    warnings.warn(sentence, stacklevel=5)


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and shell.__class__.__name__ == "ZMQInteractiveShell"


def _words(report: dict) -> str:
    text = report["step"]
    if report["total"] > 0:
        text += f" {report['iteration']}/{report['total']}"
    elif report["iteration"] > 0:
        text += f", iteration {report['iteration']}"
    if report["gap"] is not None:
        text += f", gap {report['gap']:.1e}"
    return text


class TerminalLine:
    def __call__(self, report):
        sys.stderr.write("\r\033[K" + _words(report))
        sys.stderr.flush()

    def clear(self):
        sys.stderr.write("\r\033[K")
        sys.stderr.flush()


class NotebookBar:
    def __init__(self):
        self.handle = None

    def __call__(self, report):
        from IPython.display import HTML, display as show

        total = report["total"]
        value = f' max="{total}" value="{report["iteration"]}"' if total > 0 else ""
        shown = HTML(f"<progress{value}></progress> {html.escape(_words(report))}")
        if self.handle is None:
            self.handle = show(shown, display_id=True)
        else:
            self.handle.update(shown)

    def clear(self):
        if self.handle is not None:
            from IPython.display import HTML

            self.handle.update(HTML(""))
