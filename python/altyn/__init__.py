"""Altyn: what did integration do to trade, and what would it do?

    fit = altyn.ppml("trade ~ rta | exporter^year + importer^year + exporter^importer", df,
                     cluster="exporter^importer")
    altyn.simulate(base, fit, turn_off="rta", theta=5)
"""

from . import _errors  # the engine raises them
from ._altyn import Table, version as _version
from ._calls import (case_file, cases, check, data_check, estimate, ppml, read_table, simulate)
from ._errors import Cancelled, Error, InputError, InternalError, SystemError
from ._results import Check, DataCheck, Fit, Fits, Result, Simulation

__version__ = _version()
__all__ = ["Cancelled", "Check", "DataCheck", "Error", "Fit", "Fits", "InputError", "InternalError",
           "Result", "Simulation", "SystemError", "Table", "case_file", "cases", "check",
           "data_check", "estimate", "ppml", "read_table", "simulate"]
