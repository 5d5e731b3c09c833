#pragma once

#include <vector>

#include "altyn/equilibrium/multi_sector.h"

namespace altyn::equilibrium {

/// The first-order welfare numbers that Caliendo and Parro (2015) print: changes of prices and
/// volumes at base-year values and tariffs. They are no welfare changes of the model for large
/// shocks (a tariff cut times a doubling of imports is not a small change); they are here so that
/// published tables can be compared. Fractions of base income [economy].
struct LinearWelfare {
  std::vector<double> terms_of_trade;   ///< equation (13)
  std::vector<double> volume_of_trade;  ///< equation (14)
  std::vector<double> cp_linear;        ///< their sum
};

/// Cost: one pass over the trade shares. `result` must hold trade shares.
[[nodiscard]] LinearWelfare linear_welfare(const MultiSectorModel& model,
                                           const MultiSectorShock& shock,
                                           const MultiSectorResult& result);

/// Real factor rewards, wage over consumer prices, new over old [factor, economy].
[[nodiscard]] std::vector<double> real_wage_hat(const MultiSectorModel& model,
                                                const MultiSectorResult& result);

/// Part of real income that autarky would cost each economy [economy]:
/// 1 - prod_j prod_k lambda_nn^k ^ (alpha_n^j a_n^jk / theta^k), a the Leontief inverse of the
/// economy's input shares. Exact without tariffs, deficits, entry and selection.
/// Source: Arkolakis, Costinot and Rodriguez-Clare (2012); Costinot and Rodriguez-Clare (2014).
/// Errors: InputError ("no-domestic-sales") naming economy and sector where a good in use is not
/// made at home, so that autarky has no price for it.
[[nodiscard]] std::vector<double> gains_from_trade(const MultiSectorBase& base);

}  // namespace altyn::equilibrium
