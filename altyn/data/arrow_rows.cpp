#include "altyn/data/arrow_rows.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "altyn/core/errors.h"
#include "altyn/data/read_table.h"
#include "altyn/data/text_coder.h"

namespace altyn::data {
namespace {

[[noreturn]] void fail_stream(ArrowArrayStream& stream, const std::string& source) {
  const char* said = stream.get_last_error == nullptr ? nullptr : stream.get_last_error(&stream);
  throw InputError({.code = "unreadable-table",
                    .what = "the table could not be handed over",
                    .where = source,
                    .context = {said == nullptr ? "no message" : said},
                    .why = "the program that holds it stopped while passing its rows"});
}

[[noreturn]] void fail_type(const std::string& name, std::string_view format,
                            const std::string& source) {
  throw InputError({.code = "column-type",
                    .what = fmt::format("column \"{}\" holds neither numbers nor text", name),
                    .where = source,
                    .context = {fmt::format("Arrow type {}", format)},
                    .why = "lists, structures and binary values have no place in a table of trade",
                    .fixes = {fmt::format("drop the column {}", name)}});
}

/// One column in one batch. `offset` is where its rows start in the buffers.
struct Piece {
  const ArrowSchema& schema;
  const ArrowArray& array;
  std::int64_t offset;
  std::int64_t length;

  [[nodiscard]] std::string_view format() const { return schema.format; }
  template <class T>
  [[nodiscard]] const T* buffer(std::int64_t k) const {
    return static_cast<const T*>(array.buffers[k]);
  }
  [[nodiscard]] bool valid(std::int64_t row) const {
    const auto* bits = array.null_count == 0 ? nullptr : buffer<std::uint8_t>(0);
    return bits == nullptr || bit(bits, row);
  }
  [[nodiscard]] bool bit(const std::uint8_t* bits, std::int64_t row) const {
    const std::int64_t at = offset + row;
    return ((bits[at / 8] >> (at % 8)) & 1) != 0;
  }
};

enum class ValueLayout { kNumbers, kTexts, kTimes };

double half_to_double(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 31;
  const double fraction = bits & 1023;
  const double size = exponent == 0    ? std::ldexp(fraction, -24)
                      : exponent == 31 ? (fraction == 0.0 ? HUGE_VAL : kMissing)
                                       : std::ldexp(1024.0 + fraction, exponent - 25);
  return (bits & 0x8000) != 0 ? -size : size;
}

/// Decimals: digits after the point and bits, from "d:12,2" or "d:12,2,64".
struct Decimal {
  double unit = 1.0;
  int bits = 128;
};
std::optional<Decimal> decimal_of(std::string_view format) {
  if (!format.starts_with("d:")) return std::nullopt;
  int precision = 0, scale = 0, bits = 128;
  const std::string text(format);
  if (std::sscanf(text.c_str(), "d:%d,%d,%d", &precision, &scale, &bits) < 2) return std::nullopt;
  if (bits != 32 && bits != 64 && bits != 128) return std::nullopt;
  return Decimal{std::pow(10.0, scale), bits};
}

/// Seconds, milli-, micro- or nanoseconds in a day; 1 for days themselves.
std::optional<std::int64_t> ticks_per_day(std::string_view format) {
  if (format == "tdD") return 1;
  if (format == "tdm") return 86'400'000;
  if (!format.starts_with("ts") || format.size() < 4) return std::nullopt;
  switch (format[2]) {
    case 's':
      return 86'400;
    case 'm':
      return 86'400'000;
    case 'u':
      return 86'400'000'000;
    case 'n':
      return 86'400'000'000'000;
    default:
      return std::nullopt;
  }
}

std::optional<ValueLayout> layout_of(const ArrowSchema& schema) {
  if (schema.dictionary != nullptr) return layout_of(*schema.dictionary);
  const std::string_view format = schema.format;
  if (format == "u" || format == "U" || format == "vu") return ValueLayout::kTexts;
  if (ticks_per_day(format)) return ValueLayout::kTimes;
  const bool plain = format.size() == 1 &&
                     std::string_view("nbcCsSiIlLefg").find(format) != std::string_view::npos;
  if (plain || decimal_of(format)) return ValueLayout::kNumbers;
  return std::nullopt;
}

template <class T>
void append_plain(const Piece& piece, NumberColumn& out) {
  const T* values = piece.buffer<T>(1) + piece.offset;
  out.reserve(out.size() + static_cast<std::size_t>(piece.length));
  if (piece.array.null_count == 0 || piece.buffer<std::uint8_t>(0) == nullptr) {
    out.insert(out.end(), values, values + piece.length);
    return;
  }
  for (std::int64_t row = 0; row < piece.length; ++row) {
    out.push_back(piece.valid(row) ? static_cast<double>(values[row]) : kMissing);
  }
}

void append_decimals(const Piece& piece, const Decimal& decimal, NumberColumn& out) {
  for (std::int64_t row = 0; row < piece.length; ++row) {
    double value = kMissing;
    const std::int64_t at = piece.offset + row;
    if (piece.valid(row)) {
      if (decimal.bits == 32) {
        value = piece.buffer<std::int32_t>(1)[at];
      } else if (decimal.bits == 64) {
        value = static_cast<double>(piece.buffer<std::int64_t>(1)[at]);
      } else {
        __extension__ using Whole = __int128;
        Whole whole = 0;
        std::memcpy(&whole, piece.buffer<char>(1) + 16 * at, 16);
        value = static_cast<double>(whole);
      }
      value /= decimal.unit;
    }
    out.push_back(value);
  }
}

void append_numbers(const Piece& piece, NumberColumn& out) {
  if (const auto decimal = decimal_of(piece.format())) {
    append_decimals(piece, *decimal, out);
    return;
  }
  switch (piece.format().front()) {
    case 'n':
      out.insert(out.end(), static_cast<std::size_t>(piece.length), kMissing);
      return;
    case 'b':
      for (std::int64_t row = 0; row < piece.length; ++row) {
        const bool on = piece.bit(piece.buffer<std::uint8_t>(1), row);
        out.push_back(!piece.valid(row) ? kMissing : on ? 1.0 : 0.0);
      }
      return;
    case 'c':
      return append_plain<std::int8_t>(piece, out);
    case 'C':
      return append_plain<std::uint8_t>(piece, out);
    case 's':
      return append_plain<std::int16_t>(piece, out);
    case 'S':
      return append_plain<std::uint16_t>(piece, out);
    case 'i':
      return append_plain<std::int32_t>(piece, out);
    case 'I':
      return append_plain<std::uint32_t>(piece, out);
    case 'l':
      return append_plain<std::int64_t>(piece, out);
    case 'L':
      return append_plain<std::uint64_t>(piece, out);
    case 'e':
      for (std::int64_t row = 0; row < piece.length; ++row) {
        const std::uint16_t bits = piece.buffer<std::uint16_t>(1)[piece.offset + row];
        out.push_back(piece.valid(row) ? half_to_double(bits) : kMissing);
      }
      return;
    case 'f':
      return append_plain<float>(piece, out);
    default:
      return append_plain<double>(piece, out);
  }
}

template <class Offset>
std::string_view text_between(const Piece& piece, std::int64_t at) {
  const auto* offsets = piece.buffer<Offset>(1);
  const char* data = piece.buffer<char>(2);
  return {data + offsets[at], static_cast<std::size_t>(offsets[at + 1] - offsets[at])};
}

/// Up to 12 bytes stand in the 16 of the view itself; longer texts in a buffer it names.
std::string_view text_of_view(const Piece& piece, std::int64_t at) {
  const char* view = piece.buffer<char>(1) + 16 * at;
  std::int32_t size = 0, buffer = 0, start = 0;
  std::memcpy(&size, view, 4);
  if (size <= 12) return {view + 4, static_cast<std::size_t>(size)};
  std::memcpy(&buffer, view + 8, 4);
  std::memcpy(&start, view + 12, 4);
  return {piece.buffer<char>(2 + buffer) + start, static_cast<std::size_t>(size)};
}

std::string_view text_at(const Piece& piece, std::int64_t row) {
  const std::int64_t at = piece.offset + row;
  if (piece.format() == "u") return text_between<std::int32_t>(piece, at);
  if (piece.format() == "U") return text_between<std::int64_t>(piece, at);
  return text_of_view(piece, at);
}

/// A day, with the time of day where it is not midnight.
std::string time_at(const Piece& piece, std::int64_t row) {
  const std::int64_t at = piece.offset + row;
  const std::int64_t per_day = *ticks_per_day(piece.format());
  const std::int64_t ticks = piece.format() == "tdD" ? piece.buffer<std::int32_t>(1)[at]
                                                     : piece.buffer<std::int64_t>(1)[at];
  const std::int64_t day = ticks / per_day - (ticks % per_day < 0 ? 1 : 0);
  const std::int64_t rest = ticks - day * per_day;
  // Days since 1970-01-01 to the civil calendar, by eras of 400 years from 0000-03-01.
  const std::int64_t shifted = day + 719'468;
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146'096) / 146'097;
  const std::int64_t of_era = shifted - era * 146'097;
  const std::int64_t year_of_era =
      (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
  const std::int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * of_year + 2) / 153;
  const std::int64_t date = of_year - (153 * month_from_march + 2) / 5 + 1;
  const std::int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  const std::int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  std::string text = fmt::format("{:04}-{:02}-{:02}", year, month, date);
  if (rest == 0) return text;
  const std::int64_t per_second = per_day / 86'400;
  const std::int64_t second = rest / per_second;
  text += fmt::format(" {:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
  if (rest % per_second != 0) {
    const std::string digits = fmt::format("{}", per_second + rest % per_second);
    text += "." + digits.substr(1);
    text.erase(text.find_last_not_of('0') + 1);
  }
  return text;
}

void append_codes(const Piece& piece, internal::TextCoder& coder, std::vector<GroupId>& out) {
  const bool times = layout_of(piece.schema) == ValueLayout::kTimes;
  std::string made;
  for (std::int64_t row = 0; row < piece.length; ++row) {
    std::string_view text;
    if (piece.valid(row)) {
      text = times ? std::string_view(made = time_at(piece, row)) : text_at(piece, row);
    }
    out.push_back(text.empty() ? kNoGroup : coder.code(text.data(), text.size()));
  }
}

Piece dictionary_of(const Piece& piece) {
  const ArrowArray& values = *piece.array.dictionary;
  return {*piece.schema.dictionary, values, values.offset, values.length};
}

/// Places in the dictionary, -1 where missing.
std::vector<std::int64_t> dictionary_places(const Piece& piece) {
  NumberColumn places;
  append_numbers(piece, places);
  std::vector<std::int64_t> out;
  out.reserve(places.size());
  for (const double place : places) {
    out.push_back(is_missing(place) ? -1 : static_cast<std::int64_t>(place));
  }
  return out;
}

/// A column put together batch by batch.
struct Builder {
  ValueLayout layout = ValueLayout::kNumbers;
  NumberColumn numbers{};
  std::vector<GroupId> codes{};
  internal::TextCoder coder{};

  void append(const Piece& piece) {
    if (piece.schema.dictionary == nullptr) {
      if (layout == ValueLayout::kNumbers) {
        append_numbers(piece, numbers);
      } else {
        append_codes(piece, coder, codes);
      }
      return;
    }
    const Piece values = dictionary_of(piece);
    NumberColumn number_of;
    std::vector<GroupId> code_of;
    if (layout == ValueLayout::kNumbers) {
      append_numbers(values, number_of);
    } else {
      append_codes(values, coder, code_of);
    }
    for (const std::int64_t place : dictionary_places(piece)) {
      const auto at = static_cast<std::size_t>(place);
      if (layout == ValueLayout::kNumbers) {
        numbers.push_back(place < 0 ? kMissing : number_of[at]);
      } else {
        codes.push_back(place < 0 ? kNoGroup : code_of[at]);
      }
    }
  }
};

}  // namespace

struct ArrowRows::Chunks {
  ArrowArrayStream stream{};
  ArrowSchema schema{};
  std::vector<ArrowArray> batches;

  ~Chunks() {
    for (ArrowArray& batch : batches) {
      if (batch.release != nullptr) batch.release(&batch);
    }
    if (schema.release != nullptr) schema.release(&schema);
    if (stream.release != nullptr) stream.release(&stream);
  }

  void drain(const std::string& source) {
    if (schema.release != nullptr) return;
    if (stream.get_schema(&stream, &schema) != 0) fail_stream(stream, source);
    while (true) {
      ArrowArray batch{};
      if (stream.get_next(&stream, &batch) != 0) fail_stream(stream, source);
      if (batch.release == nullptr) break;
      batches.push_back(batch);
    }
  }
};

ArrowRows::ArrowRows(ArrowArrayStream* stream) : chunks_(std::make_unique<Chunks>()) {
  chunks_->stream = *stream;
  stream->release = nullptr;
}

ArrowRows::~ArrowRows() = default;

Table ArrowRows::table(const std::string& source) {
  chunks_->drain(source);
  const ArrowSchema& schema = chunks_->schema;
  if (std::string_view(schema.format) != "+s") fail_type("the whole", schema.format, source);
  Table table(source);
  for (std::int64_t k = 0; k < schema.n_children; ++k) {
    const ArrowSchema& field = *schema.children[k];
    const std::string name = field.name == nullptr ? "" : field.name;
    const std::optional<ValueLayout> layout = layout_of(field);
    if (!layout) fail_type(name, field.format, source);
    if (table.has(name)) {
      throw InputError({.code = "duplicate-column",
                        .what = fmt::format("two columns are named \"{}\"", name),
                        .where = source,
                        .why = "every name must stand for one column"});
    }
    Builder builder{.layout = *layout};
    for (const ArrowArray& batch : chunks_->batches) {
      const ArrowArray& column = *batch.children[k];
      builder.append({field, column, batch.offset + column.offset, batch.length});
    }
    if (*layout == ValueLayout::kNumbers) {
      table.add(name, std::move(builder.numbers));
    } else {
      table.add(name, builder.coder.finish(std::move(builder.codes)));
    }
  }
  if (table.n_rows() == 0) {
    throw InputError({.code = "empty-table",
                      .what = "the table has no rows",
                      .where = source,
                      .why = "there is nothing to compute from"});
  }
  table.number_rows(1, "row");
  settle_typed(table, {});
  return table;
}

// --- handing out -------------------------------------------------------------------------------

namespace {

struct ExportedSchema {
  std::string name;
  std::vector<ArrowSchema> fields;
  std::vector<ArrowSchema*> children;
};

void release_schema(ArrowSchema* schema) {
  for (std::int64_t k = 0; k < schema->n_children; ++k) {
    if (schema->children[k]->release != nullptr) schema->children[k]->release(schema->children[k]);
  }
  delete static_cast<ExportedSchema*>(schema->private_data);
  schema->release = nullptr;
}

ArrowSchema make_schema(const char* format, const std::string& name, std::size_t n_children) {
  auto owned = std::make_unique<ExportedSchema>();
  owned->name = name;
  owned->fields.resize(n_children);
  for (ArrowSchema& field : owned->fields) owned->children.push_back(&field);
  return {.format = format,
          .name = owned->name.c_str(),
          .metadata = nullptr,
          .flags = ARROW_FLAG_NULLABLE,
          .n_children = static_cast<std::int64_t>(n_children),
          .children = owned->children.data(),
          .dictionary = nullptr,
          .release = release_schema,
          .private_data = owned.release()};
}

struct ExportedArray {
  std::shared_ptr<const Table> table;  // owner of the numbers
  std::vector<std::uint8_t> valid;
  std::vector<std::int64_t> offsets;
  std::string texts;
  std::vector<const void*> buffers;
  std::vector<ArrowArray> fields;
  std::vector<ArrowArray*> children;
};

void release_array(ArrowArray* array) {
  for (std::int64_t k = 0; k < array->n_children; ++k) {
    if (array->children[k]->release != nullptr) array->children[k]->release(array->children[k]);
  }
  delete static_cast<ExportedArray*>(array->private_data);
  array->release = nullptr;
}

ArrowArray make_array(std::unique_ptr<ExportedArray> owned, Index length, std::int64_t n_null) {
  return {.length = length,
          .null_count = n_null,
          .offset = 0,
          .n_buffers = static_cast<std::int64_t>(owned->buffers.size()),
          .n_children = static_cast<std::int64_t>(owned->children.size()),
          .buffers = owned->buffers.data(),
          .children = owned->children.data(),
          .dictionary = nullptr,
          .release = release_array,
          .private_data = owned.release()};
}

ArrowArray column_array(const std::shared_ptr<const Table>& table, const Column& column) {
  auto owned = std::make_unique<ExportedArray>();
  owned->table = table;
  const auto n_rows = static_cast<std::size_t>(table->n_rows());
  owned->valid.assign((n_rows + 7) / 8, 0);
  std::int64_t n_null = 0;
  const auto mark = [&](std::size_t row, bool valid) {
    if (valid) {
      owned->valid[row / 8] = static_cast<std::uint8_t>(owned->valid[row / 8] | (1U << (row % 8)));
    } else {
      ++n_null;
    }
  };
  if (column.is_number()) {
    const auto& numbers = std::get<NumberColumn>(column.values);
    for (std::size_t row = 0; row < n_rows; ++row) mark(row, !is_missing(numbers[row]));
    owned->buffers = {nullptr, numbers.data()};
  } else {
    const auto& texts = std::get<TextColumn>(column.values);
    owned->offsets.push_back(0);
    for (std::size_t row = 0; row < n_rows; ++row) {
      owned->texts += texts.at(static_cast<Index>(row));
      owned->offsets.push_back(static_cast<std::int64_t>(owned->texts.size()));
      mark(row, texts.codes[row] != kNoGroup);
    }
    owned->buffers = {nullptr, owned->offsets.data(), owned->texts.data()};
  }
  if (n_null > 0) owned->buffers[0] = owned->valid.data();
  return make_array(std::move(owned), table->n_rows(), n_null);
}

struct ExportedStream {
  std::shared_ptr<const Table> table;
  bool sent = false;
};

int stream_schema(ArrowArrayStream* stream, ArrowSchema* out) {
  const Table& table = *static_cast<ExportedStream*>(stream->private_data)->table;
  *out = make_schema("+s", "", table.columns().size());
  for (std::size_t k = 0; k < table.columns().size(); ++k) {
    const Column& column = table.columns()[k];
    *out->children[k] = make_schema(column.is_number() ? "g" : "U", column.name, 0);
  }
  return 0;
}

int stream_next(ArrowArrayStream* stream, ArrowArray* out) {
  auto& state = *static_cast<ExportedStream*>(stream->private_data);
  *out = {};
  if (state.sent) return 0;
  state.sent = true;
  auto owned = std::make_unique<ExportedArray>();
  owned->buffers = {nullptr};
  for (const Column& column : state.table->columns()) {
    owned->fields.push_back(column_array(state.table, column));
  }
  for (ArrowArray& field : owned->fields) owned->children.push_back(&field);
  *out = make_array(std::move(owned), state.table->n_rows(), 0);
  return 0;
}

void release_stream(ArrowArrayStream* stream) {
  delete static_cast<ExportedStream*>(stream->private_data);
  stream->release = nullptr;
}

}  // namespace

void export_arrow(std::shared_ptr<const Table> table, ArrowArrayStream* out) {
  *out = {.get_schema = stream_schema,
          .get_next = stream_next,
          .get_last_error = [](ArrowArrayStream*) -> const char* { return nullptr; },
          .release = release_stream,
          .private_data = new ExportedStream{std::move(table)}};
}

}  // namespace altyn::data
