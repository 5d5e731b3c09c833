#include "altyn/data/agreements.h"
#include "altyn/data/document.h"
#include "altyn/data/fetch_registry.h"
#include "altyn/study/data_sources.h"
#include "altyn/study/political_columns.h"
#include "reading.h"
#include "targets.h"

namespace altyn::fuzz {
namespace {

void read_document(std::string_view bytes, const char* name) {
  accept_or_refuse([&] {
    const data::Document document = data::parse_document(bytes, name);
    for (const auto& [pointer, place] : document.places) (void)document.where(pointer);
    (void)document.value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  });
}

}  // namespace

void read_toml(std::string_view bytes) { read_document(bytes, "study.toml"); }
void read_json_document(std::string_view bytes) { read_document(bytes, "study.json"); }

void read_agreements(std::string_view bytes) {
  const InputBytes input(bytes, "agreements.toml");
  accept_or_refuse([&] {
    const auto registry = data::AgreementRegistry::read({input.path()});
    for (const data::Agreement& agreement : registry.agreements()) {
      (void)registry.set(agreement.id);
      (void)registry.union_members(agreement.id, 2016);
    }
    (void)registry.binding("RUS", "KAZ", data::Month::of(2016, 6));
  });
}

void read_fetch_registry(std::string_view bytes) {
  const InputBytes input(bytes, "sources.toml");
  accept_or_refuse([&] {
    const data::FetchRegistry registry = data::FetchRegistry::read(input.path());
    for (const data::FetchSource& source : registry.sources()) {
      if (source.name.empty()) fail("a source without a name");
      if (!source.url.empty() &&
          (source.file.empty() || source.file.find('/') != std::string::npos)) {
        fail("a file that has no name or leaves its folder");
      }
    }
  });
}

void read_memberships(std::string_view bytes) {
  const InputBytes input(bytes, "memberships.csv");
  accept_or_refuse([&] {
    const study::Study none{.kind = "check", .content = {}, .where = "study", .folder = ""};
    study::DataSources sources(none);
    data::Table pairs("pairs");
    pairs.add("exporter", std::vector<std::string>{"RUS", "KAZ"});
    pairs.add("importer", std::vector<std::string>{"KAZ", "USA"});
    pairs.add("year", data::NumberColumn{2015, 2016});
    study::add_joint_memberships(pairs, study::read_membership_table(sources, input.path()));
  });
}

}  // namespace altyn::fuzz
