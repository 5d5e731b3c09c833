#include "altyn/estimation/estimate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "altyn/core/rng.h"
#include "altyn/estimation/separation.h"
#include "dense_twin.h"
#include "dummy_twin.h"
#include "error_of.h"
#include "random_table.h"

namespace altyn::estimation {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Matrix = Eigen::MatrixXd;

// ------------------------------------------------------------------------ dummy-variable twin

/// Covariance from the definition: dense scores, dense sums over groups named by text.
struct DenseTwin {
  Eigen::VectorXd coefficients;
  Matrix covariance;
};

Matrix group_sums(const Matrix& scores, const std::vector<std::string>& names) {
  std::map<std::string, Eigen::RowVectorXd> sums;
  for (std::size_t row = 0; row < names.size(); ++row) {
    auto [place, is_new] = sums.try_emplace(names[row], Eigen::RowVectorXd::Zero(scores.cols()));
    place->second += scores.row(static_cast<Index>(row));
  }
  Matrix result(static_cast<Index>(sums.size()), scores.cols());
  Index g = 0;
  for (const auto& [name, sum] : sums) result.row(g++) = sum;
  return result;
}

DenseTwin dense_twin(const FittedModel& model, const std::vector<std::vector<Index>>& groupings,
                     bool iid, double n_parameters) {
  const GlmProblem problem = model.frame.problem();
  const DummyTwin twin = fit_dummies(problem);
  const auto n = static_cast<Index>(problem.y.size());
  const Index k = problem.n_regressors();
  Matrix scores(n, k);
  Matrix hessian = Matrix::Zero(k, k);
  double square = 0.0;
  for (Index r = 0; r < n; ++r) {
    const auto row = static_cast<std::size_t>(r);
    const double weight = problem.weights.empty() ? 1.0 : problem.weights[row];
    const double mu = twin.mu(r);
    const double residual =
        problem.family == Family::kGamma ? (problem.y[row] - mu) / mu : problem.y[row] - mu;
    scores.row(r) = weight * residual * twin.partialled.row(r);
    hessian += weight * working_weight(problem.family, mu) * twin.partialled.row(r).transpose() *
               twin.partialled.row(r);
    square += weight * residual * residual;
  }
  const Matrix inverse = pseudo_inverse(hessian);
  DenseTwin result{.coefficients = twin.coefficients, .covariance = Matrix::Zero(k, k)};
  if (iid) {
    const bool dispersed = problem.family == Family::kGaussian || problem.family == Family::kGamma;
    result.covariance =
        inverse * (dispersed ? square / (static_cast<double>(n) - n_parameters) : 1.0);
    return result;
  }
  Matrix meat = Matrix::Zero(k, k);
  if (groupings.empty()) meat = scores.transpose() * scores;
  for (unsigned subset = 1; subset < (1U << groupings.size()); ++subset) {
    std::vector<std::string> names(static_cast<std::size_t>(n));
    int size = 0;
    for (std::size_t g = 0; g < groupings.size(); ++g) {
      if ((subset >> g & 1U) == 0) continue;
      ++size;
      for (Index r = 0; r < n; ++r) {
        for (const Index key : groupings[g]) {
          names[static_cast<std::size_t>(r)] +=
              std::to_string(
                  problem.keys[static_cast<std::size_t>(key)].ids[static_cast<std::size_t>(r)]) +
              "/";
        }
        names[static_cast<std::size_t>(r)] += "|";
      }
    }
    const Matrix sums = group_sums(scores, names);
    meat += (size % 2 == 1 ? 1.0 : -1.0) * sums.transpose() * sums;
  }
  result.covariance = inverse * meat * inverse;
  if (groupings.size() > 1) {  // negative eigenvalues of a sum over groupings are set to zero
    result.covariance = without_negative_eigenvalues(result.covariance);
  }
  return result;
}

class EstimateTwin : public ::testing::TestWithParam<Family> {};

TEST_P(EstimateTwin, CoefficientsAndVariancesEqualDummyVariables) {
  const Family family = GetParam();
  std::vector<std::string> effect_sets = {"",
                                          "| exporter",
                                          "| exporter + importer",
                                          "| exporter^year + importer",
                                          "| exporter[trend] + importer",
                                          "| exporter + importer + year"};
  // Outcomes of 0 and 1 in so small a panel are separated by effects of every pair and year.
  if (family != Family::kLogit) {
    effect_sets.emplace_back("| exporter^year + importer^year + exporter^importer");
  }
  int checked = 0;
  for (const std::string& effects : effect_sets) {
    for (const bool weighted : {false, true}) {
      const data::Table table = random_table(
          family,
          {.n_years = 6, .share_kept = .9, .seed = 100 + static_cast<std::uint64_t>(checked)});
      EstimateOptions options{.family = family,
                              .se_convention = SeConvention::kNone,
                              .weights = weighted ? "w" : "",
                              .offset = weighted ? "o" : "",
                              .tolerance = 1e-11};
      const std::string formula = "y ~ x1 + x2 " + effects;
      struct Kind {
        VarianceKind kind;
        std::string cluster;
      };
      const Kind kinds[] = {{VarianceKind::kIid, ""},
                            {VarianceKind::kHc0, ""},
                            {VarianceKind::kRobust, ""},
                            {VarianceKind::kCluster, "importer"},
                            {VarianceKind::kCluster, "exporter^importer + year"},
                            {VarianceKind::kCluster, "exporter + importer + year"}};
      for (const Kind& kind : kinds) {
        options.variance = kind.kind;
        options.cluster = kind.cluster;
        Context context(2);
        const FittedModel model = fit_model(table, parse_formula(formula), options, context);
        const Estimate e = summarise(model, context);
        ASSERT_TRUE(e.certified()) << formula << e.certificate.summary();
        std::vector<std::vector<Index>> groupings;
        for (const KeyGroup& group : model.frame.groups) groupings.push_back(group.keys);
        const bool iid = kind.kind == VarianceKind::kIid;
        const DenseTwin twin = dense_twin(model, groupings, iid, 0.0);
        const auto k = static_cast<Index>(e.coefficients.size());
        ASSERT_EQ(k, twin.coefficients.size());
        for (Index a = 0; a < k; ++a) {
          EXPECT_NEAR(e.coefficients[static_cast<std::size_t>(a)].value, twin.coefficients(a), 2e-9)
              << formula;
          for (Index b = 0; b < k; ++b) {
            // The twin's dense decomposition leaves about 1e-11 relative.
            EXPECT_NEAR(e.covariance[static_cast<std::size_t>(a * k + b)], twin.covariance(a, b),
                        1e-8 * std::sqrt(std::abs(twin.covariance(a, a) * twin.covariance(b, b))))
                << formula << " " << e.se_kind << (weighted ? " weighted" : "");
          }
        }
      }
      ++checked;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Families, EstimateTwin,
                         ::testing::Values(Family::kPoisson, Family::kGaussian, Family::kGamma,
                                           Family::kLogit),
                         [](const auto& suite) { return std::string(option_name(suite.param)); });

TEST(Estimate, LinearModelCountsTheRankOfItsDummies) {
  // Exporters c0..c3 sell to c0..c3 only and c4..c7 to c4..c7 only: two components.
  data::Table table = random_table(Family::kGaussian, {.n_countries = 8, .seed = 5});
  data::NumberColumn same_half(static_cast<std::size_t>(table.n_rows()));
  for (std::size_t row = 0; row < same_half.size(); ++row) {
    same_half[row] =
        (table.texts("exporter").codes[row] < 4) == (table.texts("importer").codes[row] < 4);
  }
  table.add("same_half", std::move(same_half));
  const EstimateOptions options{
      .family = Family::kGaussian, .variance = VarianceKind::kIid, .subset = "same_half == 1"};
  Context context(1);
  const FittedModel model =
      fit_model(table, parse_formula("y ~ x1 + x2 | exporter + importer"), options, context);
  const Estimate e = summarise(model, context);
  EXPECT_EQ(e.effects[1].n_redundant, 2);
  const Matrix dummies = dummy_columns(model.frame.problem());
  const auto rank = static_cast<double>(rank_of(dummies));
  EXPECT_EQ(rank, 14.0);
  const DenseTwin twin = dense_twin(model, {}, true, rank + 2.0);
  EXPECT_NEAR(e.covariance[0], twin.covariance(0, 0), 1e-10);
  EXPECT_EQ(e.degrees_of_freedom, static_cast<double>(e.n_obs) - rank - 2.0);
}

// --------------------------------------------------------------------------------- invariance

TEST(EstimateInvariance, RowOrderChangesNoBit) {
  const data::Table table = random_table(Family::kPoisson, {.n_countries = 8, .seed = 3});
  std::vector<std::size_t> order(static_cast<std::size_t>(table.n_rows()));
  std::iota(order.begin(), order.end(), std::size_t{0});
  RandomStream random(9, 1, 0);
  for (std::size_t k = order.size(); k > 1; --k) {
    std::swap(order[k - 1], order[random.below(static_cast<std::uint32_t>(k))]);
  }
  const data::Table shuffled = rearranged(table, order);
  for (const std::string formula :
       {"y ~ x1 + x2 | exporter^year + importer^year + exporter^importer", "y ~ x1 + x2 | exporter",
        "y ~ x1 + x2"}) {
    const EstimateOptions options{.cluster = "exporter^importer + year"};
    const Estimate a = run_estimate(table, formula, options);
    const Estimate b = run_estimate(shuffled, formula, options, 4);
    ASSERT_EQ(a.coefficients.size(), b.coefficients.size());
    for (std::size_t j = 0; j < a.coefficients.size(); ++j) {
      EXPECT_EQ(a.coefficients[j].value, b.coefficients[j].value) << formula;
      EXPECT_EQ(a.coefficients[j].se, b.coefficients[j].se) << formula;
    }
    EXPECT_EQ(a.log_likelihood, b.log_likelihood);
    // The fitted values belong to the same rows.
    ASSERT_EQ(a.rows.size(), b.rows.size());
    for (std::size_t r = 0; r < b.rows.size(); ++r) {
      const auto original = static_cast<Index>(order[static_cast<std::size_t>(b.rows[r])]);
      const auto place = std::lower_bound(a.rows.begin(), a.rows.end(), original);
      ASSERT_NE(place, a.rows.end());
      EXPECT_EQ(a.fitted[static_cast<std::size_t>(place - a.rows.begin())], b.fitted[r]);
    }
  }
}

TEST(EstimateInvariance, ScaleOfTheOutcomeLeavesPoissonCoefficients) {
  data::Table table = random_table(Family::kPoisson, {.seed = 4});
  data::NumberColumn large = table.numbers("y");
  for (double& value : large) value *= 1e9;
  table.add("large", std::move(large));
  const std::string x = " ~ x1 + x2 | exporter^year + importer";
  const Estimate a = run_estimate(table, "y" + x, {.cluster = "importer", .tolerance = 1e-12});
  const Estimate b = run_estimate(table, "large" + x, {.cluster = "importer", .tolerance = 1e-12});
  for (std::size_t j = 0; j < 2; ++j) {
    EXPECT_NEAR(a.coefficients[j].value, b.coefficients[j].value, 1e-11);
    EXPECT_NEAR(a.coefficients[j].se, b.coefficients[j].se, 1e-11);
  }
  EXPECT_NEAR(b.mean_effect->value - a.mean_effect->value, std::log(1e9), 1e-9);
}

TEST(EstimateInvariance, FrequencyWeightsEqualReplication) {
  for (const Family family : {Family::kPoisson, Family::kGaussian}) {
    const data::Table table = random_table(family, {.n_years = 7, .seed = 6});
    std::vector<std::size_t> order;
    for (std::size_t row = 0; row < static_cast<std::size_t>(table.n_rows()); ++row) {
      for (int copy = 0; copy < static_cast<int>(table.numbers("w")[row]); ++copy) {
        order.push_back(row);
      }
    }
    const data::Table replicated = rearranged(table, order);
    const std::string formula = "y ~ x1 + x2 | exporter + importer";
    for (const std::string cluster : {"", "exporter^importer"}) {
      EstimateOptions options{.family = family, .cluster = cluster, .tolerance = 1e-12};
      const Estimate copies = run_estimate(replicated, formula, options);
      options.weights = "w";
      options.weight_meaning = WeightMeaning::kFrequency;
      const Estimate weighted = run_estimate(table, formula, options);
      EXPECT_EQ(copies.n_obs, weighted.n_obs);
      for (std::size_t j = 0; j < 2; ++j) {
        EXPECT_NEAR(copies.coefficients[j].value, weighted.coefficients[j].value, 1e-10);
        EXPECT_NEAR(copies.coefficients[j].se, weighted.coefficients[j].se, 1e-10) << cluster;
      }
    }
  }
}

// --------------------------------------------------------------------------- rows that leave

TEST(Pruning, SingletonsLeaveAgainAndAgain) {
  // a chain: dropping the only row of "a" leaves one row in "2", then one row in "b", ...
  data::Table table("chain");
  table.add("f", std::vector<std::string>{"a", "b", "b", "c", "c", "d", "d", "d", "e", "e"});
  table.add("g", std::vector<std::string>{"1", "1", "2", "2", "3", "4", "5", "4", "5", "4"});
  table.add("y", data::NumberColumn{1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  table.add("x", data::NumberColumn{1, 0, 1, 0, 1, 0, 1, 1, 0, 0});
  const Estimate e = run_estimate(table, "y ~ x | f + g", {.family = Family::kGaussian});
  EXPECT_EQ(e.n_obs, 5);
  EXPECT_THAT(e.rows, ElementsAre(5, 6, 7, 8, 9));
  EXPECT_EQ(e.ledger.rows_used(), 5);
  const Estimate kept =
      run_estimate(table, "y ~ x | f + g", {.family = Family::kGaussian, .keep_singletons = true});
  EXPECT_EQ(kept.n_obs, 10);
  EXPECT_NEAR(e.coefficient("x").value, kept.coefficient("x").value, 1e-10);
}

TEST(Pruning, GroupsOfZerosLeaveWithTheNameOfTheEffect) {
  data::Table table("t");
  table.add("pair", std::vector<std::string>{"a", "a", "b", "b", "c", "c", "c"});
  table.add("year", data::NumberColumn{1, 2, 1, 2, 1, 2, 3});
  table.add("y", data::NumberColumn{0, 0, 3, 4, 5, 0, 0});
  table.add("x", data::NumberColumn{1, 2, 1, 0, 0, 1, 1});
  Context context(1);
  ModelFrame frame = make_frame(table, parse_formula("y ~ x | pair + year"), FrameSpec{}, context);
  EXPECT_EQ(prune_groups(frame, {}), 3);
  ASSERT_EQ(frame.ledger.dropped().size(), 2U);
  EXPECT_EQ(frame.ledger.dropped()[0].reason, "nothing but zeros in pair");
  EXPECT_THAT(frame.ledger.dropped()[0].examples, ElementsAre("line 2 (a, 1)", "line 3 (a, 2)"));
  EXPECT_EQ(frame.ledger.dropped()[1].reason, "nothing but zeros in year");
  EXPECT_EQ(frame.n_rows(), frame.ledger.rows_used());
}

TEST(Pruning, LogitGroupsWithoutVariationLeave) {
  data::Table table("t");
  table.add("f", std::vector<std::string>{"a", "a", "b", "b", "c", "c"});
  table.add("y", data::NumberColumn{1, 1, 0, 1, 0, 0});
  table.add("x", data::NumberColumn{1, 2, 1, 3, 3, 4});
  Context context(1);
  ModelFrame frame =
      make_frame(table, parse_formula("y ~ x | f"), {.family = Family::kLogit}, context);
  EXPECT_EQ(prune_groups(frame, {}), 4);
  EXPECT_EQ(frame.ledger.dropped().at(0).reason, "the same outcome in every row in f");
}

TEST(Pruning, AllZeroOutcomeIsAnErrorNotACrash) {
  data::Table table("t");
  table.add("f", std::vector<std::string>{"a", "a", "b", "b"});
  table.add("y", data::NumberColumn{0, 0, 0, 0});
  table.add("x", data::NumberColumn{1, 2, 3, 5});
  EXPECT_EQ(error_of([&] { (void)run_estimate(table, "y ~ x | f", {}); }).code, "no-rows-left");
}

// -------------------------------------------------------------------------------- collinearity

TEST(Collinearity, NamesWhatARegressorIsCollinearWith) {
  data::Table table = random_table(Family::kPoisson, {.seed = 8});
  const auto n = static_cast<std::size_t>(table.n_rows());
  data::NumberColumn sum(n), by_exporter(n), constant(n, 3.0);
  for (std::size_t row = 0; row < n; ++row) {
    sum[row] = 2.0 * table.numbers("x1")[row] - table.numbers("x2")[row];
    by_exporter[row] = static_cast<double>(table.texts("exporter").codes[row]);
  }
  table.add("sum", std::move(sum));
  table.add("by_exporter", std::move(by_exporter));
  table.add("constant", std::move(constant));
  const Estimate e =
      run_estimate(table, "y ~ x1 + x2 + sum + by_exporter + constant | exporter + year", {});
  ASSERT_EQ(e.dropped.size(), 3U);
  EXPECT_EQ(e.dropped[0].name, "sum");
  EXPECT_EQ(e.dropped[0].reason, "collinear with x1 + x2");
  EXPECT_EQ(e.dropped[1].reason, "collinear with the effects");
  EXPECT_EQ(e.dropped[2].reason, "constant");
  EXPECT_EQ(e.coefficients.size(), 2U);
  const ErrorDetail gone = error_of([&] { (void)e.coefficient("sum"); });
  EXPECT_THAT(gone.what, HasSubstr("collinear with x1 + x2"));
  const Estimate without = run_estimate(table, "y ~ x1 + x2 | exporter + year", {});
  EXPECT_NEAR(e.coefficients[0].value, without.coefficients[0].value, 1e-12);
  // Without effects the intercept takes the constant, but not the exporter number.
  const Estimate plain = run_estimate(table, "y ~ x1 + x2 + sum + by_exporter + constant", {});
  ASSERT_EQ(plain.dropped.size(), 2U);
  EXPECT_EQ(plain.dropped[1].name, "constant");
}

TEST(Collinearity, MoreRegressorsThanRowsLeavesTheFirst) {
  data::Table table("t");
  table.add("y", data::NumberColumn{1, 2, 4});
  for (int j = 0; j < 5; ++j) {
    table.add("x" + std::to_string(j), data::NumberColumn{1.0 + j, 2.0 * j * j, std::sin(j)});
  }
  const Estimate e = run_estimate(table, "y ~ x0 + x1 + x2 + x3 + x4",
                                  {.family = Family::kGaussian, .variance = VarianceKind::kHc0});
  EXPECT_EQ(e.coefficients.size(), 3U);
  EXPECT_EQ(e.dropped.size(), 3U);
}

// --------------------------------------------------------------------------- difficult inputs

TEST(EstimateExtremes, TinyAndHugeOutcomes) {
  for (const double scale : {1e-300, 1e15}) {
    data::Table table = random_table(Family::kPoisson, {.seed = 12});
    const Estimate plain =
        run_estimate(table, "y ~ x1 + x2 | exporter + importer", {.tolerance = 1e-11});
    data::NumberColumn scaled = table.numbers("y");
    for (double& value : scaled) value *= scale;
    table.add("scaled", std::move(scaled));
    const Estimate e =
        run_estimate(table, "scaled ~ x1 + x2 | exporter + importer", {.tolerance = 1e-11});
    ASSERT_TRUE(e.certified()) << scale << " " << e.certificate.summary();
    EXPECT_NEAR(e.coefficients[0].value, plain.coefficients[0].value, 1e-8) << scale;
  }
}

TEST(EstimateExtremes, PerfectFitHasNoError) {
  data::Table table = random_table(Family::kGaussian, {.seed = 13});
  data::NumberColumn exact(static_cast<std::size_t>(table.n_rows()));
  for (std::size_t row = 0; row < exact.size(); ++row) {
    exact[row] = 2.0 * table.numbers("x1")[row] + table.texts("exporter").codes[row];
  }
  table.add("exact", std::move(exact));
  const Estimate e = run_estimate(table, "exact ~ x1 | exporter", {.family = Family::kGaussian});
  ASSERT_TRUE(e.certified()) << e.certificate.summary();
  EXPECT_NEAR(e.coefficients[0].value, 2.0, 1e-10);
  EXPECT_NEAR(e.coefficients[0].se, 0.0, 1e-10);
  EXPECT_NEAR(*e.r2, 1.0, 1e-12);
}

TEST(EstimateExtremes, OneGroupIsAnIntercept) {
  data::Table table = random_table(Family::kPoisson, {.seed = 14});
  table.add("one", std::vector<std::string>(static_cast<std::size_t>(table.n_rows()), "all"));
  const Estimate effect = run_estimate(table, "y ~ x1 + x2 | one", {.tolerance = 1e-12});
  const Estimate intercept = run_estimate(table, "y ~ x1 + x2", {.tolerance = 1e-12});
  EXPECT_NEAR(effect.coefficient("x1").value, intercept.coefficient("x1").value, 1e-10);
  EXPECT_NEAR(effect.coefficient("x1").se, intercept.coefficient("x1").se, 1e-10);
}

TEST(EstimateExtremes, AMillionGroupsOfOneRow) {
  data::Table table("t");
  data::NumberColumn id, y, x;
  for (int row = 0; row < 1'000'000; ++row) {
    id.push_back(row);
    y.push_back(1 + row % 7);
    x.push_back(row % 3);
  }
  table.add("id", id);
  table.add("y", y);
  table.add("x", x);
  const ErrorDetail detail = error_of([&] { (void)run_estimate(table, "y ~ x | id", {}); });
  EXPECT_EQ(detail.code, "no-rows-left");
  EXPECT_THAT(detail.context.at(0), HasSubstr("the only row of its id"));
}

TEST(Estimate, WithoutACertificateNoCoefficientIsPrinted) {
  const data::Table table = random_table(Family::kPoisson, {.seed = 15});
  const Estimate e =
      run_estimate(table, "y ~ x1 + x2 | exporter + importer", {.max_iterations = 1});
  EXPECT_EQ(e.status, SolveStatus::kIterationLimit);
  EXPECT_FALSE(e.certified());
  const std::string text = e.to_text();
  EXPECT_THAT(text, HasSubstr("NOT CERTIFIED"));
  EXPECT_THAT(text, HasSubstr("rows used"));
  EXPECT_THAT(text, Not(HasSubstr("x1  ")));
}

TEST(Estimate, ClustersMustBeAtLeastTwo) {
  data::Table table = random_table(Family::kPoisson, {.seed = 16});
  table.add("one", std::vector<std::string>(static_cast<std::size_t>(table.n_rows()), "all"));
  EXPECT_EQ(error_of([&] { (void)run_estimate(table, "y ~ x1", {.cluster = "one"}); }).code,
            "too-few-clusters");
  EXPECT_EQ(error_of([&] {
              (void)run_estimate(table, "y ~ x1",
                                 {.cluster = "exporter + importer + year + one + w"});
            }).code,
            "too-many-clusters");
  EXPECT_EQ(error_of([&] {
              (void)run_estimate(table, "y ~ x1", {.variance = VarianceKind::kCluster});
            }).code,
            "no-clusters");
}

TEST(Estimate, PartsOfTheLinearPredictorAddUp) {
  const data::Table table = random_table(Family::kPoisson, {.seed = 17});
  Context context(2);
  const FittedModel model = fit_model(
      table, parse_formula("y ~ x1 + x2 | exporter + importer^year"), {.offset = "o"}, context);
  const Estimate e = summarise(model, context);
  ASSERT_TRUE(e.certified());
  ASSERT_EQ(e.fitted.size(), e.rows.size());
  for (std::size_t r = 0; r < e.rows.size(); ++r) {
    const auto row = static_cast<std::size_t>(e.rows[r]);
    const double eta = e.effect_sum[r] + table.numbers("o")[row] +
                       e.coefficients[0].value * table.numbers("x1")[row] +
                       e.coefficients[1].value * table.numbers("x2")[row];
    EXPECT_NEAR(eta, e.linear_predictor[r], 1e-10);
    EXPECT_NEAR(std::exp(eta), e.fitted[r], 1e-9 * e.fitted[r]);
  }
  // The recovered levels of each row sum to its effects.
  const data::Table levels = effect_table(model, context);
  std::map<std::pair<std::string, std::string>, double> level;
  for (Index row = 0; row < levels.n_rows(); ++row) {
    level[{std::string(levels.texts("effect").at(row)),
           std::string(levels.texts("level").at(row))}] =
        levels.numbers("value")[static_cast<std::size_t>(row)];
  }
  for (std::size_t r = 0; r < e.rows.size(); ++r) {
    const Index row = e.rows[r];
    const std::string exporter(table.texts("exporter").at(row));
    const std::string importer(table.texts("importer").at(row));
    const int year = static_cast<int>(table.numbers("year")[static_cast<std::size_t>(row)]);
    const double sum = level.at({"exporter", exporter}) +
                       level.at({"importer^year", importer + "-" + std::to_string(year)});
    EXPECT_NEAR(sum, e.effect_sum[r], 1e-9);
  }
}

TEST(Estimate, JointTestsEqualTheSquaredStatisticForOneCoefficient) {
  const data::Table table = random_table(Family::kPoisson, {.seed = 18});
  const Estimate e = run_estimate(table, "y ~ x1 + x2 | exporter", {});
  const std::string one[] = {"x1"};
  const WaldTest test = test_zero(e, one);
  EXPECT_EQ(test.df, 1);
  EXPECT_NEAR(test.statistic, e.coefficient("x1").z * e.coefficient("x1").z, 1e-9);
  EXPECT_NEAR(test.p, e.coefficient("x1").p, 1e-12);
  const std::string repeated[] = {"x1", "x1"};
  EXPECT_EQ(test_zero(e, repeated).df, 1);
  const std::string unknown[] = {"x3"};
  EXPECT_EQ(error_of([&] { (void)test_zero(e, unknown); }).code, "no-such-coefficient");
}

}  // namespace
}  // namespace altyn::estimation
