#include "altyn/study/draw_parts.h"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>

#include "altyn/core/errors.h"
#include "altyn/core/version.h"
#include "altyn/data/document.h"
#include "altyn/data/output_files.h"
#include "altyn/data/read_table.h"
#include "altyn/data/write_table.h"
#include "altyn/study/corridors_study.h"
#include "altyn/study/shared_draws.h"
#include "altyn/study/simulate_study.h"

namespace altyn::study {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kSchema = "altyn.part/2";

std::string name_of(Index part, Index n_parts, const char* ending) {
  return fmt::format("parts/{}-of-{}.{}", part, n_parts, ending);
}

[[noreturn]] void fail_part(const std::string& text, const std::string& what) {
  throw InputError({.code = "bad-part",
                    .what = what,
                    .where = fmt::format("--part {}", text),
                    .why = "parts are counted from 1 to their number",
                    .fixes = {"--part 1/8"}});
}

bool is_network(const Study& study) { return study.kind == "corridors"; }

void check_kind(const Study& study) {
  if (study.kind == "simulate") return;
  if (is_network(study) && study.content.value("action", "run") == "run") return;
  throw InputError({.code = "no-parts",
                    .what = fmt::format("a {} has no draws to share", study.kind),
                    .where = study.where,
                    .why = "parts solve draws of a scenario",
                    .fixes = {fmt::format("altyn run {}", study.where)}});
}

StudyResult run_shared(const Study& study, SharedDraws& draws, Context& context) {
  if (is_network(study)) return run_corridors(study, context, &draws);
  return run_simulation(study, context, {.shared = &draws});
}

/// What all parts of one run have in common.
json record_of(const Study& study, const StudyResult& result, const Context& context) {
  json inputs = json::array();
  for (const InputFile& input : result.inputs) {
    inputs.push_back({{"path", input.path}, {"sha256", input.sha256}});
  }
  return {{"schema", kSchema},   {"version", version()},     {"seed", context.seed},
          {"study", study.kind}, {"content", study.content}, {"inputs", inputs}};
}

/// One row for each value; a draw without an answer has one row without a value.
data::Table table_of(const SharedDraws& draws) {
  std::vector<std::string> scenario;
  data::NumberColumn draw, place, value;
  const auto add_row = [&](const std::string& name, double number, double where, double what) {
    scenario.push_back(name);
    draw.push_back(number);
    place.push_back(where);
    value.push_back(what);
  };
  for (const auto& [name, kept] : draws.kept) {
    for (const auto& [number, values] : kept) {
      const auto own = static_cast<double>(number);
      if (values.empty()) add_row(name, own, data::kMissing, data::kMissing);
      for (std::size_t k = 0; k < values.size(); ++k) {
        add_row(name, own, static_cast<double>(k), values[k]);
      }
    }
  }
  // A table needs a row: one without a draw stands for a part that has none.
  if (draw.empty()) add_row("none", data::kMissing, data::kMissing, data::kMissing);
  data::Table table("draws");
  table.add("scenario", scenario);
  table.add("draw", std::move(draw));
  table.add("place", std::move(place));
  table.add("value", std::move(value));
  return table;
}

void add_table(const data::Table& table, SharedDraws& draws) {
  const data::TextColumn& scenario = table.texts("scenario");
  const data::NumberColumn& draw = table.numbers("draw");
  const data::NumberColumn& place = table.numbers("place");
  const data::NumberColumn& value = table.numbers("value");
  for (Index row = 0; row < table.n_rows(); ++row) {
    const auto k = static_cast<std::size_t>(row);
    if (data::is_missing(draw[k])) continue;
    DrawValues& values = draws.kept[std::string(scenario.at(row))][static_cast<Index>(draw[k])];
    if (!data::is_missing(place[k])) values.push_back(value[k]);
  }
}

/// How many parts there are, by the names in the folder.
Index count_parts(const std::string& folder, const std::string& where) {
  std::error_code error;
  for (fs::directory_iterator entry(fs::path(folder) / "parts", error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().stem().string();
    const std::size_t place = name.find("-of-");
    if (entry->path().extension() != ".json" || place == std::string::npos) continue;
    Index count = 0;
    const char* last = name.data() + name.size();
    if (std::from_chars(name.data() + place + 4, last, count).ptr == last && count > 0) {
      return count;
    }
  }
  throw InputError({.code = "missing-part",
                    .what = fmt::format("there are no parts in {}/parts", folder),
                    .where = where,
                    .why = "a merge puts together what parts have found",
                    .fixes = {fmt::format("altyn run {} --part 1/2 -o {}", where, folder)}});
}

}  // namespace

PartName read_part_name(const std::string& text) {
  PartName name;
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) fail_part(text, "a part is written as k/n");
  const auto number = [&](std::size_t begin, std::size_t end) {
    Index value = 0;
    const auto found = std::from_chars(text.data() + begin, text.data() + end, value);
    if (begin == end || found.ec != std::errc() || found.ptr != text.data() + end) {
      fail_part(text, "a part is written as k/n");
    }
    return value;
  };
  name.part = number(0, slash);
  name.n_parts = number(slash + 1, text.size());
  if (name.part < 1 || name.part > name.n_parts) {
    fail_part(text, fmt::format("there is no part {} of {}", name.part, name.n_parts));
  }
  return name;
}

StudyResult run_part(const Study& study, Index part, Index n_parts, Context& context) {
  check_kind(study);
  SharedDraws draws{.part = part - 1, .n_parts = n_parts};
  StudyResult whole = run_shared(study, draws, context);
  StudyResult result;
  Index n_draws = 0;
  for (const auto& [name, kept] : draws.kept) n_draws += static_cast<Index>(kept.size());
  result.text = fmt::format("Part {} of {}: {} draws of {} scenarios\n", part, n_parts, n_draws,
                            draws.kept.size());
  result.files.push_back({name_of(part, n_parts, "parquet"), table_of(draws)});
  result.inputs = std::move(whole.inputs);
  result.certificates = std::move(whole.certificates);
  return result;
}

void write_part(const Study& study, const StudyResult& result, Index part, Index n_parts,
                const std::string& folder, const Context& context) {
  data::OutputFiles files;
  const OutputFile& file = result.files.front();
  data::write_table(std::get<data::Table>(file.content),
                    files.stage((fs::path(folder) / file.name).string()));
  data::write_text(record_of(study, result, context).dump(2) + "\n",
                   files.stage((fs::path(folder) / name_of(part, n_parts, "json")).string()));
  files.commit();
}

StudyResult merge_parts(const Study& study, const std::string& folder, Context& context) {
  check_kind(study);
  const Index n_parts = count_parts(folder, study.where);
  SharedDraws draws{.n_parts = n_parts, .merging = true};
  std::vector<json> records;
  for (Index part = 1; part <= n_parts; ++part) {
    const std::string record = (fs::path(folder) / name_of(part, n_parts, "json")).string();
    if (!fs::exists(record)) {
      throw InputError({.code = "missing-part",
                        .what = fmt::format("part {} of {} is not there", part, n_parts),
                        .where = record,
                        .why = "a merge needs every part of the same study",
                        .fixes = {fmt::format("altyn run {} --part {}/{} -o {}", study.where, part,
                                              n_parts, folder)}});
    }
    records.push_back(data::read_document(record).value);
    add_table(data::read_table((fs::path(folder) / name_of(part, n_parts, "parquet")).string()),
              draws);
  }
  StudyResult result = run_shared(study, draws, context);
  const json own = record_of(study, result, context);
  for (Index part = 1; part <= n_parts; ++part) {
    if (records[static_cast<std::size_t>(part - 1)] == own) continue;
    throw InputError(
        {.code = "other-part",
         .what = fmt::format("part {} is of another study, seed, input or version", part),
         .where = (fs::path(folder) / name_of(part, n_parts, "json")).string(),
         .why = "parts of different runs do not make one",
         .fixes = {
             fmt::format("altyn run {} --part {}/{} -o {}", study.where, part, n_parts, folder)}});
  }
  return result;
}

}  // namespace altyn::study
