"""Altyn: what did integration do to trade, and what would it do?

    fit = altyn.ppml("trade ~ rta | exporter^year + importer^year + exporter^importer", df,
                     cluster="exporter^importer")
    altyn.simulate(base, fit, turn_off="rta", theta=5)

Files of published data sets: altyn.read_baci(files) and its like, one for each of altyn.sources().
"""

from . import _errors  # the engine raises them
from ._altyn import Table, version as _version
from ._calls import (READERS, agreements, case_file, cases, check, corridors, data_base, data_check,
                     data_convert, data_fetch, data_import, data_reconcile, estimate, monitor, ppml,
                     read_table, regions, run, sections, simulate, sources)
from ._errors import Cancelled, Error, InputError, InternalError, SystemError
from ._results import (Agreements, Check, Corridors, DataBase, DataCheck, DataConvert, DataFetch,
                       DataImport, DataReconcile, Fit, Fits, Plan, RegionShares, Result, Simulation)

__version__ = _version()
globals().update(READERS)
__all__ = ["Agreements", "Cancelled", "Check", "Corridors", "DataBase", "DataCheck", "DataConvert",
           "DataFetch", "DataImport", "DataReconcile", "Error", "Fit", "Fits", "InputError",
           "InternalError", "Plan", "RegionShares", "Result", "Simulation", "SystemError", "Table",
           "agreements", "case_file", "cases", "check", "corridors", "data_base", "data_check",
           "data_convert", "data_fetch", "data_import", "data_reconcile", "estimate", "monitor",
           "ppml", "read_table", "regions", "run", "sections", "simulate", "sources", *READERS]
