"""Tables of other libraries go in and come out through Arrow with the same values."""

import datetime
import decimal
import math
import pickle

import pytest

import altyn
from altyn import _altyn, _tables
from conftest import FORMULA

pandas = pytest.importorskip("pandas")
polars = pytest.importorskip("polars")
pyarrow = pytest.importorskip("pyarrow")
duckdb = pytest.importorskip("duckdb")


def take(table):
    return _altyn.take_table(table.__arrow_c_stream__(), "table")


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow", "duckdb", "altyn", "parquet",
                                     "csv"])
def test_every_kind_of_table_gives_the_same_bits_and_comes_back_as_itself(library, trade, tmp_path):
    wanted = altyn.ppml(FORMULA, trade, cluster="exporter^importer")
    table = {
        "pandas": lambda: trade,
        "polars": lambda: polars.from_pandas(trade),
        "pyarrow": lambda: pyarrow.Table.from_pandas(trade),
        "duckdb": lambda: duckdb.from_df(trade),
        "altyn": lambda: take(pyarrow.Table.from_pandas(trade)),
        "parquet": lambda: trade.to_parquet(tmp_path / "t.parquet") or tmp_path / "t.parquet",
        "csv": lambda: trade.to_csv(tmp_path / "t.csv", index=False) or tmp_path / "t.csv",
    }[library]()
    fit = altyn.ppml(FORMULA, table, cluster="exporter^importer")
    assert fit.certified
    assert fit.value["coefficients"] == wanted.value["coefficients"]
    kind = {"pandas": pandas.DataFrame, "polars": polars.DataFrame, "pyarrow": pyarrow.Table,
            "duckdb": duckdb.DuckDBPyRelation, "altyn": altyn.Table}.get(library, pandas.DataFrame)
    assert isinstance(fit.tidy(), kind)
    assert isinstance(fit.glance(), kind)


def test_rows_in_several_batches_and_slices_are_all_there(trade):
    whole = pyarrow.Table.from_pandas(trade)
    parts = pyarrow.concat_tables([whole.slice(0, 1001), whole.slice(1001, 7), whole.slice(1008)])
    sliced = pyarrow.concat_tables([whole.slice(3, 2), whole]).slice(2)
    for table in (parts, sliced):
        taken = take(table)
        assert list(taken["exporter"]) == list(trade["exporter"])
        assert list(taken["trade"]) == list(trade["trade"])


NUMBERS = [
    (pyarrow.int8(), [1, None, -3]), (pyarrow.uint8(), [1, None, 255]),
    (pyarrow.int16(), [1, None, -300]), (pyarrow.uint16(), [1, None, 60000]),
    (pyarrow.int32(), [1, None, -70000]), (pyarrow.uint32(), [1, None, 4000000000]),
    (pyarrow.int64(), [1, None, -2**40]), (pyarrow.uint64(), [1, None, 2**63]),
    (pyarrow.float32(), [1.5, None, -0.25]), (pyarrow.float64(), [0.1, None, 1e300]),
    (pyarrow.bool_(), [True, None, False]),
    (pyarrow.decimal128(12, 2), [decimal.Decimal("1.25"), None, decimal.Decimal("-1234567890.01")]),
]


@pytest.mark.parametrize("kind, values", NUMBERS, ids=[str(k) for k, _ in NUMBERS])
def test_numbers_of_every_width_become_doubles_and_null_becomes_missing(kind, values):
    column = take(pyarrow.table({"x": pyarrow.array(values, kind)}))["x"]
    assert column[0] == float(values[0]) and column[2] == float(values[2])
    assert math.isnan(column[1])


def test_half_floats_have_their_own_values():
    numpy = pytest.importorskip("numpy")
    values = [1.5, -65504.0, 6.103515625e-05, 5.960464477539063e-08, float("inf"), 0.0]
    column = take(pyarrow.table({"x": pyarrow.array(numpy.array(values, numpy.float16))}))["x"]
    assert list(column) == values


TEXTS = ["", "RUS", None, "a text that is longer than a view's twelve bytes", "RUS", "Ереван"]


@pytest.mark.parametrize("kind", [pyarrow.string(), pyarrow.large_string(),
                                  pyarrow.dictionary(pyarrow.int8(), pyarrow.string()),
                                  pyarrow.string_view()], ids=str)
def test_texts_of_every_layout_are_read(kind):
    plain = pyarrow.array(TEXTS, pyarrow.string())
    column = plain.dictionary_encode().cast(kind) if "dictionary" in str(kind) else plain.cast(kind)
    taken = take(pyarrow.table({"x": column}).slice(1))["x"]
    assert taken == TEXTS[1:]


def test_dates_and_times_become_text_as_a_file_would_give_them():
    table = pyarrow.table({
        "day": pyarrow.array([datetime.date(2017, 2, 1), datetime.date(1899, 12, 31), None]),
        "time": pyarrow.array([datetime.datetime(2017, 2, 1), datetime.datetime(1969, 12, 31, 23, 59,
                               59, 500000), datetime.datetime(2000, 2, 29, 6, 7, 8)],
                              pyarrow.timestamp("us")),
    })
    taken = take(table)
    assert taken["day"] == ["2017-02-01", "1899-12-31", None]
    assert taken["time"] == ["2017-02-01", "1969-12-31 23:59:59.5", "2000-02-29 06:07:08"]


def test_every_day_of_four_centuries_is_the_day_of_the_calendar():
    first, n_days = datetime.date(1799, 12, 30), 146_200
    days = [first + datetime.timedelta(k) for k in range(n_days)]
    taken = take(pyarrow.table({"day": pyarrow.array(days)}))["day"]
    assert taken == [day.isoformat() for day in days]


@pytest.mark.parametrize("column, code", [
    (pyarrow.array([[1], [2]]), "column-type"),
    (pyarrow.array([b"a", b"b"]), "column-type"),
    (pyarrow.array([{"a": 1}, {"a": 2}]), "column-type"),
])
def test_columns_that_are_neither_numbers_nor_text_are_refused(column, code):
    with pytest.raises(altyn.InputError) as raised:
        take(pyarrow.table({"odd": column}))
    assert raised.value.code == code and "odd" in raised.value.what


def test_a_table_without_rows_is_refused(trade):
    with pytest.raises(altyn.InputError) as raised:
        altyn.ppml(FORMULA, trade.head(0))
    assert raised.value.code == "empty-table"


def test_text_among_amounts_is_named_by_row_and_column(trade):
    spoilt = trade.head(50).astype({"trade": object})
    spoilt.loc[3, "trade"] = "n.a. here"
    with pytest.raises(altyn.InputError) as raised:
        altyn.ppml(FORMULA, spoilt.astype({"trade": str}))
    assert raised.value.code == "text-in-number"
    assert "row 4" in raised.value.where and "trade" in raised.value.where


def test_years_kept_as_text_are_numbers(trade):
    taken = take(pyarrow.Table.from_pandas(trade.astype({"year": str})))
    assert list(taken["year"]) == list(trade["year"])


def test_what_is_no_table_is_refused_with_what_would_do():
    with pytest.raises(altyn.InputError) as raised:
        altyn.ppml(FORMULA, [1, 2, 3])
    assert raised.value.code == "not-a-table"
    assert "pandas" in raised.value.fixes[0]


def test_numbers_are_handed_out_without_a_copy(trade):
    table = take(pyarrow.Table.from_pandas(trade))
    view = table["trade"]
    assert not view.flags.owndata and not view.flags.writeable
    handed = pyarrow.table(table)["trade"].chunk(0)
    assert handed.buffers()[1].address == view.__array_interface__["data"][0]


def test_numbers_of_a_frame_are_handed_over_without_a_copy():
    frame = pandas.DataFrame({"x": [1.0, 2.0], "y": [3.0, 4.0], "z": [5, 6]})
    handed = _tables.arrow_of(frame)
    for name in frame.columns:
        address = frame[name].to_numpy().__array_interface__["data"][0]
        assert handed[name].chunk(0).buffers()[1].address == address
    assert _tables.arrow_of(handed) is handed
    other = polars.DataFrame({"x": [1.0]})
    assert _tables.arrow_of(other) is other


def test_a_column_outlives_its_table(trade):
    view = take(pyarrow.Table.from_pandas(trade))["trade"]
    assert list(view) == list(trade["trade"])


def test_a_table_survives_pickling_with_its_missing_values():
    table = take(pyarrow.table({"gdp_usd": [1.0, None], "economy": ["KAZ", None]}))
    again = pickle.loads(pickle.dumps(table))
    assert again.columns == table.columns and again["economy"] == ["KAZ", None]
    assert again.unit("gdp_usd") == table.unit("gdp_usd")
    assert again["gdp_usd"][0] == 1.0 and math.isnan(again["gdp_usd"][1])


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow", "duckdb", "altyn"])
def test_a_bundled_table_is_read_as_any_kind(kind):
    table = altyn.read_table("gdp", kind=kind)
    assert type(table).__module__.lstrip("_").startswith(kind)
    plain = altyn.read_table("gdp", kind="altyn")
    assert "economy" in plain.columns and len(plain) > 1000
