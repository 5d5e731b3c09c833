"""The engine's errors under the engine's names; the message is the one the command line prints."""

from __future__ import annotations

import builtins


class Error(Exception):
    """Base of everything the engine raises.

    `code` is a stable name, `what` one sentence with the offending value, `where` the file, row and
    column or the option, `context` the offending lines, `why` why it matters, `fixes` what to do.
    """

    def __init__(self, message, code="", what="", where="", context=(), why="", fixes=()):
        super().__init__(message, code, what, where, list(context), why, list(fixes))
        self.code = code
        self.what = what
        self.where = where
        self.context = list(context)
        self.why = why
        self.fixes = list(fixes)

    def __str__(self) -> str:
        return self.args[0].rstrip("\n")


class InputError(Error, ValueError):
    """A file, a table or an option is wrong."""


class SystemError(Error, builtins.OSError):  # noqa: A001  the engine's own name
    """The world failed: disk full, unreadable file, database error."""

    __str__ = Error.__str__


class InternalError(Error):
    """A bug in Altyn."""


class Cancelled(Error):
    """The run was stopped."""
