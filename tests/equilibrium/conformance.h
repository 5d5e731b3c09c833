#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "altyn/core/certificate.h"
#include "altyn/core/status.h"

/// The suite that every equilibrium model and closure passes (conformance_test.cpp). A model joins
/// by adding a Subject to conformance_subjects.cpp.
namespace altyn::testing {

/// A random world that every model can be built from; sectors outermost, exporter row, importer
/// column: [sector][exporter][importer].
struct TestWorld {
  std::vector<std::string> economies;
  std::size_t n_sectors = 1;
  std::vector<double> theta;              // [sector]
  std::vector<double> trade;              // spending, tariff included
  std::vector<double> tariff;             // base rates
  std::vector<double> new_tariff;         // rates of the shock
  std::vector<double> cost_hat;           // of the shock
  std::vector<double> productivity_hat;   // [economy]
  std::vector<double> value_added_share;  // [economy][sector], for models with intermediates
  std::string numeraire = "world";

  [[nodiscard]] std::size_t n() const { return economies.size(); }
  [[nodiscard]] std::size_t cell(std::size_t sector, std::size_t exporter,
                                 std::size_t importer) const {
    return (sector * n() + exporter) * n() + importer;
  }
};

struct Outcome {
  SolveStatus status = SolveStatus::kNotRun;
  Certificate certificate;
  std::string message;
  std::vector<double> wage_hat, price_hat, welfare_hat;  // [economy]
  std::vector<double> base_trade, trade;                 // as TestWorld::trade
};

struct Subject {
  std::string name;
  bool several_sectors = false;
  bool tariffs = true;                       // the model has tariffs
  bool real_results_need_numeraire = false;  // additive deficits are fixed in its units
  bool deficits = true;                      // base deficits survive
  bool productivity_is_delivery = true;      // firms' entry does not depend on productivity
  /// Exponent of the domestic share in the gains formula, or 0 when the formula does not hold.
  std::function<double(const TestWorld&, std::size_t economy)> acr_exponent;
  std::function<Outcome(const TestWorld&)> solve;
};

inline void PrintTo(const Subject& subject, std::ostream* out) { *out << subject.name; }

[[nodiscard]] std::vector<Subject> conformance_subjects();
/// The part of the above with many sectors (multi_sector_subjects_test.cpp).
void add_multi_sector_subjects(std::vector<Subject>& subjects);

/// A random world with a random shock: costs within a fifth, tariffs up to 30%, productivity within
/// a tenth, a tenth of the pairs without trade.
[[nodiscard]] TestWorld random_world(std::size_t n, std::size_t n_sectors, std::uint64_t seed);

}  // namespace altyn::testing
