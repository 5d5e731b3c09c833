#pragma once

#include <string>
#include <vector>

#include "altyn/data/date.h"
#include "altyn/data/table.h"
#include "altyn/study/data_sources.h"

namespace altyn::study {

/// A member of an organisation from one day to another, both included.
struct OrganisationMember {
  std::string economy;
  std::string organisation;
  data::Date from;
  data::Date to;
};

/// Reads columns economy, organisation, from, to; a time is a day (2015-01-02), a month or a
/// year, which count from their first day to their last; a blank `to` is open.
/// Errors (InputError, with the line): "no-such-column", "missing-value", "unknown-economy",
/// "not-an-economy", "bad-date", "bad-month", "ends-before-start", "overlapping-spells".
[[nodiscard]] std::vector<OrganisationMember> read_memberships(const data::Table& table);

/// Reads a table for add_joint_memberships(); years and days may stand in one column.
/// Errors: as DataSources::read.
[[nodiscard]] data::Table read_membership_table(DataSources& sources, const std::string& name);

/// Adds to a table of exporter, importer and year, for every organisation, joint_<organisation>: 1
/// when both were members on one and the same day of the year, else 0; and joint_memberships, the
/// number of organisations that are. Nobody is joined with itself. `memberships` is what
/// read_memberships() takes, or a table by pair and year (first, second, year, joint_memberships,
/// the same in both directions), which adds its one column, blank where it has no value.
/// Errors (InputError): those of read_memberships; "name-taken", "no-column-for",
/// "duplicate-pair-year", "self-pair". Cost: O(rows * organisations).
void add_joint_memberships(data::Table& table, const data::Table& memberships);

/// Adds `alignment` from a table by pair and year (first, second, year, alignment; the same in both
/// directions) or by economy and year (economy, year, position), where it is minus the distance of
/// the two positions. Blank where the table has no value.
/// Errors (InputError): "no-such-column", "missing-value", "unknown-economy",
/// "duplicate-pair-year", "duplicate-economy-year", "self-pair", "name-taken".
void add_alignment(data::Table& table, const data::Table& alignment);

/// What a reader of a model with such columns must know; "" when the formula uses none of them.
/// `memberships`, `alignment`: whether the columns come from those tables.
[[nodiscard]] std::string bad_controls(const std::string& formula, bool memberships,
                                       bool alignment);

}  // namespace altyn::study
