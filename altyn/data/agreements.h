#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "altyn/data/date.h"

namespace altyn::data {

class CasesFolder;

/// How far an agreement goes.
enum class AgreementKind {
  kNonPreferential,  ///< lowers no duty; never counts as a trade agreement in an estimate
  kPartialScope,     ///< lower duties on listed goods
  kFreeTrade,        ///< no duties among members, each with its own tariff towards others
  kCustomsUnion,     ///< free trade and one tariff towards others
  kEconomicSpace,    ///< common rules for services, capital and labour as well
  kEconomicUnion,    ///< all of these under one treaty
};

/// The name used in files and tables: "free_trade", "customs_union", ...
[[nodiscard]] std::string_view to_string(AgreementKind kind);

/// An economy bound from one day to another, both included.
struct Membership {
  std::string economy;
  Date from;
  std::optional<Date> to;  ///< open when not set
  int side = 0;            ///< a pair on the same side of an agreement with sides is not bound
  std::string source;
  std::string certainty;  ///< "read", "reported" or "listed" (cases/README.md)
  std::string note;
};

/// A dated step of an agreement, such as the end of customs control at internal borders.
struct AgreementStage {
  Date date;
  std::string what;
  std::string source;
  std::string certainty;
  std::string note;
};

/// The agreement put out of force between two of its members.
struct Suspension {
  std::string first;
  std::string second;
  Date from;
  std::optional<Date> to;
  std::string source;
  std::string certainty;
  std::string note;
};

struct Agreement {
  std::string id;  ///< "eaeu"
  std::string name;
  std::string name_ru;  ///< "" when none is given
  AgreementKind kind = AgreementKind::kFreeTrade;
  std::vector<std::string> successor_of;  ///< ids of what it grew from
  std::string replaced_by;                ///< id of the agreement it gives way to, pair by pair
  Date in_force;
  std::optional<Date> ended;
  bool has_sides = false;           ///< binds the economies of different sides only
  std::vector<Membership> members;  ///< sides that name an agreement are spelt out
  std::vector<AgreementStage> stages;
  std::vector<Suspension> suspensions;
  std::string source;
  std::string certainty;
  std::string note;
  std::string where;  ///< file and line
};

/// An agreement that binds a pair.
struct Binding {
  std::string agreement;  ///< id
  std::string name;
  std::string name_ru;
  AgreementKind kind = AgreementKind::kFreeTrade;
  Date since;          ///< the first day on which both were members
  std::string source;  ///< of the agreement and of both memberships
};

/// How pooled import duties are shared from a day on.
struct DutyShares {
  std::string agreement;  ///< id
  Date from;
  std::map<std::string, double> shares;  ///< fractions by economy; they sum to 1 within .0002
  std::string source;
  std::string certainty;
  std::string note;
};

/// Something known of that lacks a source good enough to ship.
struct LeftOut {
  std::string item;
  std::string reason;
};

/// Who was bound to whom, and since when. Ids and set names may be written in any case.
///
/// An agreement binds a pair in a month when it was in force between both on any day of the month,
/// and in a year when on any day of the year: members that joined on 2 January, 1 May, 1 July or 12
/// August count for the whole year. A set is an agreement with all it is the successor of: "EAEU"
/// is the customs union of 2010, the common economic space of 2012 and the union of 2015.
class AgreementRegistry {
 public:
  /// Reads agreement files in order (format: cases/eaeu/agreements.toml). A later file adds
  /// agreements, replaces those whose id it repeats, and replaces all duty shares of an agreement
  /// for which it has any.
  /// Errors: InputError with file and line: "unknown-key", "missing-key", "wrong-type", "bad-date",
  /// "bad-choice", "ends-before-start", "unknown-economy", "duplicate-agreement",
  /// "duplicate-member", "too-few-members", "members-and-sides", "unknown-agreement",
  /// "agreement-cycle", "duty-shares-sum", "duplicate-duty-shares".
  [[nodiscard]] static AgreementRegistry read(const std::vector<std::string>& paths);
  /// The bundled agreements with the caller's own files on top. Errors: as read().
  [[nodiscard]] static AgreementRegistry bundled(const CasesFolder& cases,
                                                 const std::vector<std::string>& own = {});

  [[nodiscard]] const std::vector<Agreement>& agreements() const { return agreements_; }
  /// Errors: InputError "unknown-agreement" with the nearest id.
  [[nodiscard]] const Agreement& agreement(std::string_view id) const;
  /// The agreements of a set, the oldest first.
  [[nodiscard]] std::vector<const Agreement*> set(std::string_view id) const;

  /// The agreements in force between two economies in a month, the oldest first.
  [[nodiscard]] std::vector<Binding> binding(std::string_view first, std::string_view second,
                                             Month month) const;
  /// The members of one agreement in a month, sorted.
  [[nodiscard]] std::vector<std::string> members(std::string_view id, Month month) const;
  /// The members of a set in a year, sorted.
  [[nodiscard]] std::vector<std::string> union_members(std::string_view set, int year) const;

  /// Whether an agreement of the set binds the pair in the year; never for an economy with itself.
  [[nodiscard]] bool dummy(std::string_view set, std::string_view exporter,
                           std::string_view importer, int year) const;
  /// Whether any agreement that lowers duties binds the pair in the year, those of `except_set`
  /// aside ("" for none): the control for all other agreements.
  [[nodiscard]] bool any_preference(std::string_view exporter, std::string_view importer, int year,
                                    std::string_view except_set = "") const;

  /// The duty shares of a set on a day; null when none is known for it.
  [[nodiscard]] const DutyShares* duty_shares(std::string_view set, Date date) const;
  [[nodiscard]] const std::vector<DutyShares>& all_duty_shares() const { return duty_shares_; }
  [[nodiscard]] const std::vector<LeftOut>& left_out() const { return left_out_; }

 private:
  void index();
  [[nodiscard]] std::size_t position(std::string_view id) const;
  [[nodiscard]] std::vector<std::size_t> set_positions(std::string_view id) const;
  [[nodiscard]] std::vector<std::size_t> shared(std::string_view first,
                                                std::string_view second) const;
  [[nodiscard]] std::optional<Date> bound_since(std::size_t agreement, std::string_view first,
                                                std::string_view second, Date begin,
                                                Date end) const;

  std::vector<Agreement> agreements_;    ///< by first day in force, then id
  std::vector<DutyShares> duty_shares_;  ///< by agreement, then day
  std::vector<LeftOut> left_out_;
  std::map<std::string, std::size_t, std::less<>> positions_;
  /// Per agreement: the rows of each member.
  std::vector<std::map<std::string, std::vector<std::size_t>, std::less<>>> memberships_;
  /// The agreements of each economy, ascending.
  std::map<std::string, std::vector<std::size_t>, std::less<>> agreements_of_;
};

}  // namespace altyn::data
