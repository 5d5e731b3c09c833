// The engine's study path, its tables and its option tables, as Python sees them. Everything else
// of the package is Python (altyn/).

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <nlohmann/json.hpp>

#include "altyn/core/errors.h"
#include "altyn/core/fields_json.h"
#include "altyn/core/version.h"
#include "altyn/data/arrow_rows.h"
#include "altyn/data/cases.h"
#include "altyn/data/document.h"
#include "altyn/data/source_layout.h"
#include "altyn/data/write_table.h"
#include "altyn/study/data_sources.h"
#include "altyn/study/run_record.h"
#include "altyn/study/section_list.h"
#include "altyn/study/study.h"
#include "fetch_source.h"
#include "interruptible.h"
#include "python_errors.h"

namespace altyn::python {
namespace {

namespace nb = nanobind;
using data::Table;
using SharedTable = std::shared_ptr<Table>;
using nlohmann::json;

constexpr const char* kStreamName = "arrow_array_stream";

void release_capsule(PyObject* capsule) {
  auto* stream = static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(capsule, kStreamName));
  if (stream->release != nullptr) stream->release(stream);
  delete stream;
}

nb::object to_capsule(const SharedTable& table, const nb::object& /*requested_schema*/) {
  auto stream = std::make_unique<ArrowArrayStream>();
  data::export_arrow(table, stream.get());
  PyObject* capsule = PyCapsule_New(stream.get(), kStreamName, release_capsule);
  if (capsule == nullptr) {
    stream->release(stream.get());
    throw nb::python_error();
  }
  (void)stream.release();
  return nb::steal(capsule);
}

std::shared_ptr<data::ArrowRows> from_capsule(const nb::handle& capsule) {
  void* stream = PyCapsule_GetPointer(capsule.ptr(), kStreamName);
  if (stream == nullptr) throw nb::python_error();
  return std::make_shared<data::ArrowRows>(static_cast<ArrowArrayStream*>(stream));
}

using Numbers = nb::ndarray<nb::numpy, const double, nb::ndim<1>, nb::c_contig>;

/// Numbers as an array over the table's own memory, texts as a list with None where missing.
nb::object column_of(const SharedTable& table, const std::string& name) {
  const data::Column& column = table->column(name);
  if (const auto* numbers = std::get_if<data::NumberColumn>(&column.values)) {
    auto owner = std::make_unique<SharedTable>(table);
    const nb::capsule keep(owner.get(),
                           [](void* kept) noexcept { delete static_cast<SharedTable*>(kept); });
    (void)owner.release();
    return Numbers(numbers->data(), {numbers->size()}, keep).cast();
  }
  const auto& texts = std::get<data::TextColumn>(column.values);
  nb::list values;
  for (Index row = 0; row < table->n_rows(); ++row) {
    const std::string_view text = texts.at(row);
    values.append(text.empty() ? nb::none() : nb::object(nb::str(text.data(), text.size())));
  }
  return values;
}

/// Pickled as source and columns: (name, unit, numbers as bytes) or (name, None, list of texts).
nb::tuple table_state(const SharedTable& table) {
  nb::list columns;
  for (const data::Column& column : table->columns()) {
    if (const auto* numbers = std::get_if<data::NumberColumn>(&column.values)) {
      columns.append(nb::make_tuple(
          column.name, column.unit,
          nb::bytes(reinterpret_cast<const char*>(numbers->data()), numbers->size() * 8)));
    } else {
      columns.append(nb::make_tuple(column.name, nb::none(), column_of(table, column.name)));
    }
  }
  return nb::make_tuple(table->source(), columns);
}

SharedTable table_of_state(const std::string& source, const nb::list& columns) {
  auto table = std::make_shared<Table>(source);
  for (const nb::handle& entry : columns) {
    const auto name = nb::cast<std::string>(entry[0]);
    if (entry[1].is_none()) {
      std::vector<std::string> texts;
      for (const nb::handle& text : entry[2]) {
        texts.push_back(text.is_none() ? std::string() : nb::cast<std::string>(text));
      }
      table->add(name, texts);
    } else {
      const auto bytes = nb::cast<nb::bytes>(entry[2]);
      data::NumberColumn numbers(bytes.size() / 8);
      std::copy_n(bytes.c_str(), bytes.size(), reinterpret_cast<char*>(numbers.data()));
      table->add(name, std::move(numbers), nb::cast<std::string>(entry[1]));
    }
  }
  return table;
}

json to_json(const Certificate& certificate) {
  json blocks = json::array();
  for (const auto& block : certificate.blocks) {
    blocks.push_back({{"name", block.name},
                      {"residual", block.residual},
                      {"tolerance", block.tolerance},
                      {"measure", block.measure},
                      {"worst", block.worst}});
  }
  return {{"subject", certificate.subject},
          {"holds", certificate.holds()},
          {"summary", certificate.summary()},
          {"blocks", blocks}};
}

nb::dict to_python(study::StudyResult&& result) {
  nb::dict files;
  for (study::OutputFile& file : result.files) {
    if (const auto* text = std::get_if<std::string>(&file.content)) {
      files[nb::str(file.name.c_str())] = nb::bytes(text->data(), text->size());
    } else {
      files[nb::str(file.name.c_str())] =
          nb::cast(std::make_shared<Table>(std::move(std::get<Table>(file.content))));
    }
  }
  json certificates = json::array();
  for (const Certificate& certificate : result.certificates) {
    certificates.push_back(to_json(certificate));
  }
  json inputs = json::array();
  for (const study::InputFile& input : result.inputs) {
    inputs.push_back({{"path", input.path}, {"sha256", input.sha256}});
  }
  nb::dict answer;
  answer["text"] = study::without_colour(result.text);
  answer["value"] = result.value.dump();
  answer["files"] = files;
  answer["certificates"] = certificates.dump();
  answer["inputs"] = inputs.dump();
  answer["certified"] = result.certified();
  return answer;
}

// A study with all that it needs while it runs.
struct Run {
  study::Study study;
  study::StudyResult result;
};

nb::dict run(const std::string& kind, const std::string& content, const std::string& where,
             const std::string& folder, const nb::dict& tables, int threads, std::uint64_t seed,
             const nb::object& on_progress, const nb::object& on_warning,
             const std::optional<std::string>& output, const std::string& record) {
  const auto run = std::make_shared<Run>();
  run->study = {.kind = kind, .content = json::parse(content), .where = where, .folder = folder};
  for (const auto& [name, capsule] : tables) {
    run->study.tables[nb::cast<std::string>(name)] =
        [rows = from_capsule(capsule)](const std::string& source) { return rows->table(source); };
  }
  const auto context = std::make_shared<Context>(threads, seed);
  run_interruptible(context, on_progress, on_warning, [run, context, output, record] {
    run->result = study::run_study(run->study, *context);
    context->throw_if_stopped();
    if (output) study::write_outputs(run->study, run->result, *output, record, *context);
  });
  return to_python(std::move(run->result));
}

// A download with all that it needs while it runs.
struct Fetch {
  app::FetchOptions options;
  app::Fetched result;
};

nb::dict fetch(const std::string& name, const std::string& options, const std::string& where,
               const nb::object& on_progress, const nb::object& on_warning) {
  const auto fetch = std::make_shared<Fetch>();
  options_from_json(fetch->options, json::parse(options), where);
  const auto context = std::make_shared<Context>(1, 0);
  run_interruptible(context, on_progress, on_warning, [fetch, context, name] {
    fetch->result = app::fetch_source(
        name, fetch->options, [&](const std::string& sentence) { context->warn(sentence); },
        *context);
  });
  nb::dict answer;
  answer["path"] = fetch->result.path;
  answer["source"] = fetch->result.source_json;
  answer["text"] = fetch->result.text;
  return answer;
}

SharedTable read_table(const std::string& path, const data::ReadOptions& options,
                       const std::vector<std::string>& columns) {
  data::ReadOptions chosen = options;
  chosen.columns = columns;
  const nb::gil_scoped_release release;
  study::DataSources sources(study::Study{});
  return std::make_shared<Table>(sources.read(path, chosen));
}

}  // namespace

NB_MODULE(_altyn, m) {
  m.doc() = "Altyn's engine; the package `altyn` is its surface.";
  translate_errors();

  nb::class_<Table>(m, "Table", "Named columns of numbers or texts, handed out through Arrow.")
      .def_prop_ro("n_rows", &Table::n_rows)
      .def_prop_ro("source", &Table::source, "Where the rows come from.")
      .def_prop_ro("columns",
                   [](const Table& table) {
                     std::vector<std::string> names;
                     for (const data::Column& column : table.columns())
                       names.push_back(column.name);
                     return names;
                   })
      .def(
          "unit",
          [](const Table& table, const std::string& name) { return table.column(name).unit; },
          nb::arg("column"), "The unit of a column, \"\" when none is known.")
      .def("__getitem__", &column_of,
           "Numbers as a read-only array over the table's own memory; texts as a list.")
      .def("__len__", &Table::n_rows)
      .def("__arrow_c_stream__", &to_capsule, nb::arg("requested_schema") = nb::none(),
           "The Arrow C stream interface; numbers are not copied.")
      .def("__reduce__", [](const nb::object& self) {
        return nb::make_tuple(nb::module_::import_("altyn._tables").attr("table_of_state"),
                              table_state(nb::cast<SharedTable>(self)));
      });
  m.def("_table_of_state", &table_of_state);
  m.def(
      "take_table",
      [](const nb::object& capsule, const std::string& source) {
        const auto rows = from_capsule(capsule);
        const nb::gil_scoped_release release;
        return std::make_shared<Table>(rows->table(source));
      },
      nb::arg("capsule"), nb::arg("source"), "The rows of an Arrow stream as a table.");
  m.def(
      "read_table",
      [](const std::string& path, const std::vector<std::string>& columns,
         const std::vector<std::string>& text_columns,
         const std::vector<std::string>& number_columns, Index n_threads) {
        return read_table(path,
                          {.text_columns = text_columns,
                           .number_columns = number_columns,
                           .n_threads = n_threads},
                          columns);
      },
      nb::arg("path"), nb::arg("columns"), nb::arg("text_columns"), nb::arg("number_columns"),
      nb::arg("n_threads"), "Reads a file or a bundled table.");
  m.def(
      "write_table",
      [](const Table& table, const std::string& path) {
        const nb::gil_scoped_release release;
        data::write_table(table, path);
      },
      nb::arg("table"), nb::arg("path"), "Writes a table by the ending of the path.");
  m.def(
      "read_document",
      [](const std::string& path) { return data::read_document(path).value.dump(); },
      nb::arg("path"), "A TOML or JSON file as JSON text.");
  m.def("run", &run, nb::arg("kind"), nb::arg("content"), nb::arg("where"), nb::arg("folder"),
        nb::arg("tables"), nb::arg("threads"), nb::arg("seed"), nb::arg("on_progress").none(),
        nb::arg("on_warning").none(), nb::arg("output").none(), nb::arg("record"), "Runs a study.");
  m.def(
      "sections",
      [](const std::string& kind) {
        if (kind != "data_fetch") return study::sections_value(study::sections_of(kind)).dump();
        return study::sections_value({study::section_of_fields<app::FetchOptions>("options")})
            .dump();
      },
      nb::arg("kind"), "The field tables of a kind of study, section by section, as JSON text.");
  m.def(
      "read_study",
      [](const std::string& path) {
        const study::Study study = study::read_study(path);
        return nb::make_tuple(study.kind, study.content.dump(), study.folder);
      },
      nb::arg("path"), "A study file: its kind, its content as JSON text, and its folder.");
  m.def("fetch", &fetch, nb::arg("name"), nb::arg("options"), nb::arg("where"),
        nb::arg("on_progress").none(), nb::arg("on_warning").none(),
        "Downloads a data set of the registry.");
  m.def(
      "fetch_sources",
      [](const std::string& registry) {
        std::vector<std::vector<std::string>> rows;
        const data::FetchRegistry known = app::fetch_registry(registry);
        for (const data::FetchSource& one : known.sources()) {
          rows.push_back({one.name, one.title, one.provider, one.licence, one.page, one.url});
        }
        return rows;
      },
      nb::arg("registry"), "What can be fetched: name, title, provider, licence, page, address.");
  m.def(
      "source_layouts",
      [] {
        std::vector<std::vector<std::string>> rows;
        for (const data::SourceLayout& one : data::source_layouts()) {
          rows.push_back({std::string(one.name), std::string(one.title), std::string(one.provider),
                          std::string(one.documentation)});
        }
        return rows;
      },
      "Published data sets whose files can be read: name, title, provider, documentation.");
  m.def("refuse_option", &internal::fail_unknown_field, nb::arg("name"), nb::arg("known"),
        nb::arg("where"), "Raises the InputError for an option that does not exist.");
  m.def(
      "refuse",
      [](const std::string& code, const std::string& what, const std::string& where,
         const std::vector<std::string>& context, const std::string& why,
         const std::vector<std::string>& fixes) {
        throw InputError({code, what, where, context, why, fixes});
      },
      nb::arg("code"), nb::arg("what"), nb::arg("where"), nb::arg("context"), nb::arg("why"),
      nb::arg("fixes"), "Raises an InputError in the engine's words.");
  m.def("cases", [] {
    std::vector<std::vector<std::string>> rows;
    const data::CasesFolder folder = data::CasesFolder::find();
    for (const data::CaseFile& file : folder.files()) {
      rows.push_back({file.name, file.what, file.unit, file.period, file.provider, file.licence});
    }
    return rows;
  });
  m.def(
      "cases_folder", [] { return data::CasesFolder::find().path(); },
      "The folder of the bundled files.");
  nb::module_::import_("atexit").attr("register")(nb::cpp_function(&join_abandoned));
  m.def("version", [] { return std::string(version()); });
}

}  // namespace altyn::python
