#include "altyn/data/agreements.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <set>
#include <utility>

#include "altyn/core/errors.h"
#include "altyn/data/cases.h"
#include "altyn/data/country_codes.h"
#include "altyn/data/document.h"
#include "altyn/data/entry.h"

namespace altyn::data {
namespace {

constexpr std::array<std::pair<AgreementKind, std::string_view>, 6> kKinds = {{
    {AgreementKind::kNonPreferential, "non_preferential"},
    {AgreementKind::kPartialScope, "partial_scope"},
    {AgreementKind::kFreeTrade, "free_trade"},
    {AgreementKind::kCustomsUnion, "customs_union"},
    {AgreementKind::kEconomicSpace, "economic_space"},
    {AgreementKind::kEconomicUnion, "economic_union"},
}};

constexpr Date kForever = {1 << 28};      // later than any treaty
constexpr double kShareTolerance = 0.02;  // percent: published shares carry two to three decimals

/// Both ends included; empty when the end comes first.
struct Period {
  Date begin;
  Date end;
  [[nodiscard]] bool empty() const { return end < begin; }
};

Period overlap(Period a, Period b) { return {std::max(a.begin, b.begin), std::min(a.end, b.end)}; }

Period period_of(Date from, std::optional<Date> to) { return {from, to.value_or(kForever)}; }

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

std::string certainty_of(const Entry& entry) {
  return entry.choice("certainty", {"read", "reported", "listed"});
}

void check_order(const Entry& entry, Date from, std::optional<Date> to, std::string_view to_key) {
  if (!to || *to >= from) return;
  throw InputError({.code = "ends-before-start",
                    .what = fmt::format("it ends on {}, before it starts on {}", to->to_string(),
                                        from.to_string()),
                    .where = entry.where(to_key)});
}

Membership read_membership(const Entry& entry) {
  entry.allow_only({"economy", "from", "to", "source", "certainty", "note"});
  Membership member;
  member.economy = economy_code(entry.text("economy"), entry.where("economy"));
  member.from = entry.date("from");
  member.to = entry.date_if("to");
  check_order(entry, member.from, member.to, "to");
  member.source = entry.text("source");
  member.certainty = certainty_of(entry);
  member.note = entry.text_if("note");
  return member;
}

AgreementStage read_stage(const Entry& entry) {
  entry.allow_only({"date", "what", "source", "certainty", "note"});
  return {entry.date("date"), entry.text("what"), entry.text("source"), certainty_of(entry),
          entry.text_if("note")};
}

Suspension read_suspension(const Entry& entry) {
  entry.allow_only({"pair", "from", "to", "source", "certainty", "note"});
  const std::vector<std::string> pair = entry.texts_if("pair");
  if (pair.size() != 2) {
    throw InputError({.code = "wrong-type",
                      .what = fmt::format("pair names {} economies, not two", pair.size()),
                      .where = entry.has("pair") ? entry.where("pair") : entry.where()});
  }
  Suspension suspension;
  suspension.first = economy_code(pair[0], entry.where("pair"));
  suspension.second = economy_code(pair[1], entry.where("pair"));
  suspension.from = entry.date("from");
  suspension.to = entry.date_if("to");
  check_order(entry, suspension.from, suspension.to, "to");
  suspension.source = entry.text("source");
  suspension.certainty = certainty_of(entry);
  suspension.note = entry.text_if("note");
  return suspension;
}

void check_duplicates(const Agreement& agreement, const std::vector<Entry>& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      const Membership& a = agreement.members[i];
      const Membership& b = agreement.members[k];
      if (a.economy != b.economy) continue;
      if (overlap(period_of(a.from, a.to), period_of(b.from, b.to)).empty()) continue;
      throw InputError(
          {.code = "duplicate-member",
           .what = fmt::format("{} is a member of {} twice over", a.economy, agreement.id),
           .where = rows[i].where(),
           .context = {fmt::format("the first row stands at {}", rows[k].where())},
           .why = "one of the two periods would be ignored"});
    }
  }
}

/// An agreement as written: sides may still name agreements instead of economies.
struct Draft {
  Agreement agreement;
  std::vector<std::vector<std::string>> sides;
};

Draft read_agreement(const Entry& entry) {
  entry.allow_only({"id", "name", "name_ru", "kind", "successor_of", "replaced_by", "sides",
                    "in_force", "ended", "source", "certainty", "note", "member", "stage",
                    "suspension"});
  Draft draft;
  Agreement& agreement = draft.agreement;
  agreement.where = entry.where();
  agreement.id = lower(entry.text("id"));
  agreement.name = entry.text("name");
  agreement.name_ru = entry.text_if("name_ru");
  const std::string kind =
      entry.choice("kind", {"non_preferential", "partial_scope", "free_trade", "customs_union",
                            "economic_space", "economic_union"});
  agreement.kind = std::find_if(kKinds.begin(), kKinds.end(), [&](const auto& known) {
                     return known.second == kind;
                   })->first;
  for (const std::string& id : entry.texts_if("successor_of")) {
    agreement.successor_of.push_back(lower(id));
  }
  agreement.replaced_by = lower(entry.text_if("replaced_by"));
  agreement.in_force = entry.date("in_force");
  agreement.ended = entry.date_if("ended");
  check_order(entry, agreement.in_force, agreement.ended, "ended");
  agreement.source = entry.text("source");
  agreement.certainty = certainty_of(entry);
  agreement.note = entry.text_if("note");
  for (const Entry& stage : entry.entries_if("stage"))
    agreement.stages.push_back(read_stage(stage));
  for (const Entry& suspension : entry.entries_if("suspension")) {
    agreement.suspensions.push_back(read_suspension(suspension));
  }
  const std::vector<Entry> rows = entry.entries_if("member");
  for (const Entry& row : rows) agreement.members.push_back(read_membership(row));
  check_duplicates(agreement, rows);
  draft.sides = entry.text_lists_if("sides");
  agreement.has_sides = entry.has("sides");
  if (agreement.has_sides && !rows.empty()) {
    throw InputError({.code = "members-and-sides",
                      .what = fmt::format("{} has both sides and member rows", agreement.id),
                      .where = entry.where("sides"),
                      .why = "sides bind from in_force to ended, member rows by their own dates",
                      .fixes = {"keep one of the two"}});
  }
  const std::size_t parties = agreement.has_sides ? draft.sides.size() : rows.size();
  if (parties < 2) {
    throw InputError(
        {.code = "too-few-members",
         .what = fmt::format("{} has {} member{}", agreement.id, parties, parties == 1 ? "" : "s"),
         .where = entry.where(),
         .why = "an agreement binds pairs"});
  }
  return draft;
}

DutyShares read_duty_shares(const Entry& entry) {
  entry.allow_only({"agreement", "from", "shares", "source", "certainty", "note"});
  DutyShares row;
  row.agreement = lower(entry.text("agreement"));
  row.from = entry.date("from");
  double sum_percent = 0.0;
  for (const auto& [economy, percent] : entry.numbers("shares")) {
    row.shares[economy_code(economy, entry.where("shares"))] += percent / 100.0;
    sum_percent += percent;
  }
  // A hair more than the tolerance: 99.98 itself is within it, whatever its last bit.
  if (!(std::abs(sum_percent - 100.0) <= kShareTolerance + 1e-9)) {
    throw InputError(
        {.code = "duty-shares-sum",
         .what = fmt::format("the duty shares of {} from {} sum to {:.4g}, not to 100",
                             row.agreement, row.from.to_string(), sum_percent),
         .where = entry.where("shares"),
         .why = "duties that nobody receives, or that two receive, would be lost or made up",
         .fixes = {"correct the shares; a gap of up to 0.02 is taken as rounding"}});
  }
  row.source = entry.text("source");
  row.certainty = certainty_of(entry);
  row.note = entry.text_if("note");
  return row;
}

[[noreturn]] void fail_unknown_agreement(std::string_view id, const std::vector<std::string>& known,
                                         std::string where) {
  const std::string nearest = nearest_name(lower(id), known);
  throw InputError({.code = "unknown-agreement",
                    .what = fmt::format("there is no agreement \"{}\"", id),
                    .where = std::move(where),
                    .fixes = nearest.empty() ? std::vector<std::string>{}
                                             : std::vector<std::string>{
                                                   fmt::format("did you mean {}?", nearest)}});
}

/// A row of duty shares and its place.
struct DutyRow {
  DutyShares shares;
  std::string where;
};

/// What the files say together, before names are resolved.
struct Contents {
  std::map<std::string, Draft> drafts;
  std::map<std::pair<std::string, Date>, DutyRow> duty_shares;
  std::vector<LeftOut> left_out;
};

const Draft& known_draft(const Contents& contents, const std::string& id,
                         const std::string& where) {
  const auto found = contents.drafts.find(id);
  if (found != contents.drafts.end()) return found->second;
  std::vector<std::string> ids;
  ids.reserve(contents.drafts.size());
  for (const auto& [known, draft] : contents.drafts) ids.push_back(known);
  fail_unknown_agreement(id, ids, where);
}

void add_file(Contents& contents, const std::string& path) {
  const Document document = read_document(path);
  const Entry file(document);
  file.allow_only({"agreement", "duty_share", "left_out"});
  std::set<std::string> ids;
  for (const Entry& entry : file.entries_if("agreement")) {
    Draft draft = read_agreement(entry);
    const std::string id = draft.agreement.id;
    if (!ids.insert(id).second) {
      throw InputError({.code = "duplicate-agreement",
                        .what = fmt::format("{} stands twice in one file", id),
                        .where = entry.where("id"),
                        .context = {fmt::format("the first stands at {}",
                                                contents.drafts[id].agreement.where)}});
    }
    contents.drafts[id] = std::move(draft);
  }
  std::set<std::string> shared;
  for (const Entry& entry : file.entries_if("duty_share")) {
    DutyRow row = {read_duty_shares(entry), entry.where()};
    const std::string id = row.shares.agreement;
    if (shared.insert(id).second) {
      std::erase_if(contents.duty_shares, [&](const auto& old) { return old.first.first == id; });
    }
    const auto [at, is_new] = contents.duty_shares.try_emplace({id, row.shares.from}, row);
    if (is_new) continue;
    throw InputError({.code = "duplicate-duty-shares",
                      .what = fmt::format("{} has two rows of duty shares from {}", id,
                                          row.shares.from.to_string()),
                      .where = entry.where("from"),
                      .context = {fmt::format("the first stands at {}", at->second.where)}});
  }
  for (const Entry& entry : file.entries_if("left_out")) {
    entry.allow_only({"item", "reason"});
    contents.left_out.push_back({entry.text("item"), entry.text("reason")});
  }
}

/// The members of an agreement with sides: economies for as long as it lasts, the members of
/// another agreement for as long as both last.
std::vector<Membership> members_by_side(const Contents& contents, const Draft& draft) {
  const Agreement& agreement = draft.agreement;
  const Period life = period_of(agreement.in_force, agreement.ended);
  std::vector<Membership> members;
  for (std::size_t side = 0; side < draft.sides.size(); ++side) {
    for (const std::string& party : draft.sides[side]) {
      std::vector<Membership> parties;
      if (party == lower(party)) {
        const Agreement& other = known_draft(contents, party, agreement.where).agreement;
        if (other.has_sides) {
          throw InputError({.code = "unknown-agreement",
                            .what = fmt::format("{} has sides itself and cannot be one", party),
                            .where = agreement.where,
                            .fixes = {"name an agreement with member rows, or the economies"}});
        }
        parties = other.members;
      } else {
        parties.push_back({economy_code(party, agreement.where), agreement.in_force,
                           agreement.ended, 0, agreement.source, agreement.certainty, ""});
      }
      for (Membership& member : parties) {
        const Period both = overlap(life, period_of(member.from, member.to));
        if (both.empty()) continue;
        member.from = both.begin;
        member.to = both.end == kForever ? std::nullopt : std::optional(both.end);
        member.side = static_cast<int>(side);
        members.push_back(std::move(member));
      }
    }
  }
  return members;
}

bool concerns(const Suspension& suspension, std::string_view first, std::string_view second) {
  return (suspension.first == first && suspension.second == second) ||
         (suspension.first == second && suspension.second == first);
}

/// Takes away the days of `gap`.
std::vector<Period> without(const std::vector<Period>& periods, Period gap) {
  std::vector<Period> rest;
  for (const Period& period : periods) {
    if (overlap(period, gap).empty()) {
      rest.push_back(period);
      continue;
    }
    const Period before = {period.begin, {gap.begin.count - 1}};
    const Period after = {{gap.end.count + 1}, period.end};
    if (!before.empty()) rest.push_back(before);
    if (!after.empty()) rest.push_back(after);
  }
  return rest;
}

}  // namespace

std::string_view to_string(AgreementKind kind) {
  for (const auto& [known, name] : kKinds) {
    if (known == kind) return name;
  }
  throw InternalError({.code = "bad-kind", .what = "an agreement without a kind"});
}

AgreementRegistry AgreementRegistry::read(const std::vector<std::string>& paths) {
  Contents contents;
  for (const std::string& path : paths) add_file(contents, path);

  AgreementRegistry registry;
  for (auto& [id, draft] : contents.drafts) {
    Agreement& agreement = draft.agreement;
    for (const std::string& old : agreement.successor_of) {
      (void)known_draft(contents, old, agreement.where);
    }
    if (!agreement.replaced_by.empty()) {
      (void)known_draft(contents, agreement.replaced_by, agreement.where);
    }
    if (agreement.has_sides) agreement.members = members_by_side(contents, draft);
  }
  for (auto& [id, draft] : contents.drafts)
    registry.agreements_.push_back(std::move(draft.agreement));
  for (auto& [key, row] : contents.duty_shares) {
    (void)known_draft(contents, row.shares.agreement, row.where);
    registry.duty_shares_.push_back(std::move(row.shares));
  }
  registry.left_out_ = std::move(contents.left_out);
  registry.index();
  return registry;
}

AgreementRegistry AgreementRegistry::bundled(const CasesFolder& cases,
                                             const std::vector<std::string>& own) {
  std::vector<std::string> paths = {cases.open("agreements_eaeu"), cases.open("agreements_world")};
  paths.insert(paths.end(), own.begin(), own.end());
  return read(paths);
}

void AgreementRegistry::index() {
  std::sort(agreements_.begin(), agreements_.end(), [](const Agreement& a, const Agreement& b) {
    return std::pair(a.in_force, a.id) < std::pair(b.in_force, b.id);
  });
  for (std::size_t i = 0; i < agreements_.size(); ++i) {
    positions_[agreements_[i].id] = i;
    auto& by_economy = memberships_.emplace_back();
    for (std::size_t m = 0; m < agreements_[i].members.size(); ++m) {
      by_economy[agreements_[i].members[m].economy].push_back(m);
    }
    for (const auto& [economy, rows] : by_economy) agreements_of_[economy].push_back(i);
  }
  for (const Agreement& agreement : agreements_) {
    std::vector<std::size_t> open = {position(agreement.id)};
    std::set<std::size_t> seen;
    while (!open.empty()) {
      const std::size_t now = open.back();
      open.pop_back();
      for (const std::string& old : agreements_[now].successor_of) {
        if (old == agreement.id) {
          throw InputError({.code = "agreement-cycle",
                            .what = fmt::format("{} is a successor of itself", agreement.id),
                            .where = agreement.where});
        }
        if (seen.insert(position(old)).second) open.push_back(position(old));
      }
    }
  }
}

std::size_t AgreementRegistry::position(std::string_view id) const {
  const auto found = positions_.find(lower(id));
  if (found != positions_.end()) return found->second;
  std::vector<std::string> ids;
  ids.reserve(positions_.size());
  for (const auto& [known, at] : positions_) ids.push_back(known);
  fail_unknown_agreement(id, ids, "the agreements in use");
}

const Agreement& AgreementRegistry::agreement(std::string_view id) const {
  return agreements_[position(id)];
}

std::vector<std::size_t> AgreementRegistry::set_positions(std::string_view id) const {
  std::vector<std::size_t> open = {position(id)};
  std::set<std::size_t> found;  // positions follow the first day in force
  while (!open.empty()) {
    const std::size_t now = open.back();
    open.pop_back();
    if (!found.insert(now).second) continue;
    for (const std::string& old : agreements_[now].successor_of) open.push_back(position(old));
  }
  return {found.begin(), found.end()};
}

std::vector<const Agreement*> AgreementRegistry::set(std::string_view id) const {
  std::vector<const Agreement*> agreements;
  for (const std::size_t at : set_positions(id)) agreements.push_back(&agreements_[at]);
  return agreements;
}

std::vector<std::size_t> AgreementRegistry::shared(std::string_view first,
                                                   std::string_view second) const {
  std::vector<std::size_t> both;
  const auto mine = agreements_of_.find(first);
  const auto theirs = agreements_of_.find(second);
  if (mine == agreements_of_.end() || theirs == agreements_of_.end()) return both;
  std::set_intersection(mine->second.begin(), mine->second.end(), theirs->second.begin(),
                        theirs->second.end(), std::back_inserter(both));
  return both;
}

std::optional<Date> AgreementRegistry::bound_since(std::size_t agreement, std::string_view first,
                                                   std::string_view second, Date begin,
                                                   Date end) const {
  const auto& by_economy = memberships_[agreement];
  const auto mine = by_economy.find(first);
  const auto theirs = by_economy.find(second);
  if (first == second || mine == by_economy.end() || theirs == by_economy.end()) {
    return std::nullopt;
  }
  const Agreement& terms = agreements_[agreement];
  const Period life = period_of(terms.in_force, terms.ended);
  for (const std::size_t a : mine->second) {
    for (const std::size_t b : theirs->second) {
      const Membership& member = terms.members[a];
      const Membership& other = terms.members[b];
      if (terms.has_sides && member.side == other.side) continue;
      const Period both = overlap(
          life, overlap(period_of(member.from, member.to), period_of(other.from, other.to)));
      std::vector<Period> bound = {overlap(both, {begin, end})};
      if (bound.front().empty()) continue;
      for (const Suspension& gap : terms.suspensions) {
        if (concerns(gap, first, second)) bound = without(bound, period_of(gap.from, gap.to));
      }
      if (!terms.replaced_by.empty()) {
        // A pair leaves for good once both are parties to the other agreement, even where that one
        // is suspended between them later.
        const Agreement& heir = agreements_[position(terms.replaced_by)];
        const auto& heirs = memberships_[position(terms.replaced_by)];
        const auto joined = [&](std::string_view economy) {
          const auto rows = heirs.find(economy);
          return rows == heirs.end() ? kForever : heir.members[rows->second.front()].from;
        };
        const Date left = std::max(joined(first), joined(second));
        bound = without(bound, {left, kForever});
      }
      if (!bound.empty()) return both.begin;
    }
  }
  return std::nullopt;
}

std::vector<Binding> AgreementRegistry::binding(std::string_view first, std::string_view second,
                                                Month month) const {
  const std::string a = economy_code(first, "the pair asked for");
  const std::string b = economy_code(second, "the pair asked for");
  std::vector<Binding> bindings;
  for (const std::size_t i : shared(a, b)) {
    const auto since = bound_since(i, a, b, Date::first_of(month), Date::last_of(month));
    if (!since) continue;
    const Agreement& terms = agreements_[i];
    bindings.push_back({terms.id, terms.name, terms.name_ru, terms.kind, *since, terms.source});
  }
  return bindings;
}

std::vector<std::string> AgreementRegistry::members(std::string_view id, Month month) const {
  const Period asked = {Date::first_of(month), Date::last_of(month)};
  std::set<std::string> found;
  for (const Membership& member : agreement(id).members) {
    if (!overlap(asked, period_of(member.from, member.to)).empty()) found.insert(member.economy);
  }
  return {found.begin(), found.end()};
}

std::vector<std::string> AgreementRegistry::union_members(std::string_view set, int year) const {
  const Period asked = {Date::of(year, 1, 1), Date::of(year, 12, 31)};
  std::set<std::string> found;
  for (const std::size_t at : set_positions(set)) {
    for (const Membership& member : agreements_[at].members) {
      if (!overlap(asked, period_of(member.from, member.to)).empty()) found.insert(member.economy);
    }
  }
  return {found.begin(), found.end()};
}

bool AgreementRegistry::dummy(std::string_view set, std::string_view exporter,
                              std::string_view importer, int year) const {
  const std::vector<std::size_t> positions = set_positions(set);
  return std::any_of(positions.begin(), positions.end(), [&](std::size_t at) {
    return bound_since(at, exporter, importer, Date::of(year, 1, 1), Date::of(year, 12, 31))
        .has_value();
  });
}

bool AgreementRegistry::any_preference(std::string_view exporter, std::string_view importer,
                                       int year, std::string_view except_set) const {
  std::vector<std::size_t> except;
  if (!except_set.empty()) except = set_positions(except_set);
  for (const std::size_t i : shared(exporter, importer)) {
    if (agreements_[i].kind == AgreementKind::kNonPreferential) continue;
    if (std::find(except.begin(), except.end(), i) != except.end()) continue;
    if (bound_since(i, exporter, importer, Date::of(year, 1, 1), Date::of(year, 12, 31))) {
      return true;
    }
  }
  return false;
}

const DutyShares* AgreementRegistry::duty_shares(std::string_view set, Date date) const {
  const DutyShares* latest = nullptr;
  for (const Agreement* agreement : this->set(set)) {
    for (const DutyShares& row : duty_shares_) {
      if (row.agreement != agreement->id || row.from > date) continue;
      if (agreement->ended && date > *agreement->ended) continue;
      if (latest == nullptr || row.from >= latest->from) latest = &row;
    }
  }
  return latest;
}

}  // namespace altyn::data
