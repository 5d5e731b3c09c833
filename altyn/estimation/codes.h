#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "altyn/core/types.h"
#include "altyn/data/table.h"
#include "altyn/numerics/raw_vector.h"

namespace altyn::estimation {

/// A column that is either borrowed from a table or owned; copies share the owned values. A
/// borrowed column lives as long as its table.
template <class T>
struct SharedColumn {
  std::span<const T> values{};
  std::shared_ptr<const void> owner{};

  SharedColumn() = default;
  explicit SharedColumn(std::span<const T> borrowed) : values(borrowed) {}
  explicit SharedColumn(std::vector<T> own) { take(std::move(own)); }
  explicit SharedColumn(numerics::RawVector<T> own) { take(std::move(own)); }
  [[nodiscard]] const T& operator[](Index row) const {
    return values[static_cast<std::size_t>(row)];
  }
  [[nodiscard]] bool empty() const { return values.empty(); }

 private:
  template <class Vector>
  void take(Vector own) {
    auto kept = std::make_shared<const Vector>(std::move(own));
    values = *kept;
    owner = std::move(kept);
  }
};

/// A table's column as ids of its distinct values, in increasing order of the values (texts by
/// their bytes, numbers by size). kNoGroup where the value is missing or infinite.
struct CodedColumn {
  std::string name{};
  SharedColumn<GroupId> ids{};  ///< [rows of the table]
  GroupId n_levels = 0;
  const data::Column* column = nullptr;
  std::vector<double> numbers{};  ///< distinct values of a number column; empty for texts
  /// The value of a level as text: "RUS", "2015".
  [[nodiscard]] std::string label(GroupId level) const;
};

/// Codes a column. Texts keep the codes of their dictionary, nothing is copied. Cost: O(n) for
/// whole numbers that span less than 8 times the rows, else O(n log n).
[[nodiscard]] CodedColumn code_column(const data::Column& column);

/// The levels of a coded column among the values of another one, which has them all in increasing
/// order. Cost: O(levels log values).
[[nodiscard]] std::vector<GroupId> codes_among(const CodedColumn& own, const data::Column& values);
/// Codes a column by those values, whether all of them occur in it or not.
[[nodiscard]] CodedColumn code_column_among(const data::Column& column, const data::Column& values);

/// Ids of the combinations of several columns that occur, in lexicographic order of the columns.
/// Shapes: each span [n], ids below its n_levels. Result: [n] ids in 0 .. n_groups - 1.
struct CombinedIds {
  numerics::RawVector<GroupId> ids{};
  GroupId n_groups = 0;
  /// Numbered alike on several ranks, which share the groups: every combination has a number,
  /// whether it occurs or not.
  bool shared = false;
};
/// Cost: O(n) while the product of levels is below 8 n + 65,536, else O(n log n).
/// Errors: InputError "too-many-groups" when the product of levels overflows 64 bits.
[[nodiscard]] CombinedIds combine_ids(std::span<const std::span<const GroupId>> columns,
                                      std::span<const GroupId> n_levels);

}  // namespace altyn::estimation
