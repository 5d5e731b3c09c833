"""Altyn: what did integration do to trade, and what would it do?

    fit = altyn.ppml("trade ~ rta | exporter^year + importer^year + exporter^importer", df,
                     cluster="exporter^importer")
    altyn.simulate(base, fit, turn_off="rta", theta=5)

Files of published data sets: altyn.read_baci(files) and its like, one for each of altyn.sources().
"""

from . import _errors  # the engine raises them
from ._altyn import Table, version as _version
from ._calls import (READERS, agreements, case_file, cases, check, data_check, data_import,
                     estimate, ppml, read_table, regions, simulate, sources)
from ._errors import Cancelled, Error, InputError, InternalError, SystemError
from ._results import (Agreements, Check, DataCheck, DataImport, Fit, Fits, RegionShares, Result,
                       Simulation)

__version__ = _version()
globals().update(READERS)
__all__ = ["Agreements", "Cancelled", "Check", "DataCheck", "DataImport", "Error", "Fit", "Fits",
           "InputError", "InternalError", "RegionShares", "Result", "Simulation", "SystemError",
           "Table", "agreements", "case_file", "cases", "check", "data_check", "data_import",
           "estimate", "ppml", "read_table", "regions", "simulate", "sources", *READERS]
