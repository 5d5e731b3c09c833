#include "altyn/estimation/regression_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "altyn/estimation/effect_in_words.h"
#include "altyn/estimation/table_layout.h"
#include "altyn/estimation/word_file.h"
#include "error_of.h"
#include "random_table.h"

namespace altyn::estimation {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// An estimate with round numbers, made by hand.
Estimate handmade(const std::string& outcome, double value, double se) {
  Estimate e;
  e.formula = outcome + " ~ rta_a | exporter^year";
  e.outcome = outcome;
  e.status = SolveStatus::kConverged;
  e.coefficients = {make_coefficient("rta_a", value, se * se, INFINITY, 0.95)};
  e.covariance = {se * se};
  e.n_obs = 12345;
  e.se_kind = "clustered by exporter^importer";
  e.cluster_name = "exporter^importer";
  e.n_clusters = 1190;
  e.degrees_of_freedom = INFINITY;
  e.pseudo_r2 = 0.98761;
  e.effects = {{.name = "exporter^year", .n_levels = 10}};
  e.ledger = data::SampleLedger(12350);
  e.ledger.drop("formula", "trade is missing", 5);
  e.certificate = {.subject = "test",
                   .status = SolveStatus::kConverged,
                   .blocks = {{"score", 1e-12, 1e-9, "x", ""}},
                   .positive = true,
                   .closure = "",
                   .numeraire = ""};
  return e;
}

std::vector<Estimate> two_models() {
  std::vector<Estimate> models = {handmade("trade", 0.5, 0.1), handmade("trade_2", -0.04, 0.02)};
  models[1].effects.push_back({.name = "exporter^importer", .n_levels = 5});
  return models;
}

TEST(RegressionTable, TextShowsStarsErrorsEffectsAndNotes) {
  const std::vector<Estimate> models = two_models();
  const std::string text = render_table(models, {.title = "Agreements"}, TableFormat::kText);
  EXPECT_EQ(text,
            "Agreements\n"
            "------------------------------------------\n"
            "                        (1)          (2)\n"
            "                      trade      trade_2\n"
            "------------------------------------------\n"
            "rta_a                 0.500***    -0.040**\n"
            "                    (0.100)      (0.020)\n"
            "------------------------------------------\n"
            "exporter^year           Yes          Yes\n"
            "exporter^importer        No          Yes\n"
            "------------------------------------------\n"
            "Observations         12,345       12,345\n"
            "Clusters              1,190        1,190\n"
            "Pseudo R2            0.9876       0.9876\n"
            "Estimator              ppml         ppml\n"
            "------------------------------------------\n"
            "* p < 0.1, ** p < 0.05, *** p < 0.01\n"
            "Standard errors in parentheses: clustered by exporter^importer, 1,190 clusters; "
            "small-sample convention stata.\n"
            "Rows read 12,350; left out: 5 trade is missing.\n");
}

TEST(RegressionTable, StarsCanBeLeftOut) {
  const std::string text = render_table(two_models(), {.stars = false}, TableFormat::kText);
  EXPECT_THAT(text, Not(HasSubstr("*")));
}

TEST(RegressionTable, EveryFormatEscapesItsOwnCharacters) {
  const std::vector<Estimate> models = two_models();
  const RegressionTableOptions options{.labels = {"rta_a=A|B & 50% <x> #1 $ \\ *"}};
  EXPECT_THAT(render_table(models, options, TableFormat::kMarkdown),
              HasSubstr("| A\\|B & 50% &lt;x> #1 \\$ \\\\ \\* | 0.500\\*\\*\\* |"));
  EXPECT_THAT(render_table(models, options, TableFormat::kHtml),
              HasSubstr("A|B &amp; 50% &lt;x&gt; #1 $ \\ *</th><td>0.500<sup>***</sup></td>"
                        "<td>\u22120.040<sup>**</sup></td>"));
  EXPECT_THAT(render_table(models, options, TableFormat::kLatex),
              HasSubstr("A\\textbar{}B \\& 50\\% \\textless{}x\\textgreater{} \\#1 \\$ "
                        "\\textbackslash{} * & 0.500$^{***}$ & $-$0.040$^{**}$ \\\\"));
  EXPECT_THAT(render_table(models, {}, TableFormat::kLatex), HasSubstr("rta\\_a"));
  EXPECT_THAT(render_table(models, {}, TableFormat::kLatex),
              HasSubstr("exporter\\textasciicircum{}year & Yes & Yes"));
  EXPECT_THAT(render_table(models, options, TableFormat::kTypst),
              HasSubstr("[A|B & 50% \\<x\\> \\#1 \\$ \\\\ \\*], [0.500#super[\\*\\*\\*]]"));
}

TEST(RegressionTable, CsvIsTidy) {
  std::vector<Estimate> models = {handmade("a,b", 0.5, 0.1)};
  const std::string csv = render_table(models, {}, TableFormat::kCsv);
  EXPECT_THAT(csv, HasSubstr("1,\"a,b\",ppml,coefficient,rta_a,0.5,0.1,5,"));
  EXPECT_THAT(csv, HasSubstr("1,\"a,b\",ppml,statistic,n_obs,12345,,,,,\n"));
}

TEST(RegressionTable, JsonCarriesEveryNumber) {
  const auto json = nlohmann::json::parse(render_table(two_models(), {}, TableFormat::kJson));
  EXPECT_EQ(json["models"].size(), 2U);
  const auto& model = json["models"][0];
  EXPECT_EQ(model["coefficients"][0]["value"], 0.5);
  EXPECT_EQ(model["covariance"][0][0], 0.1 * 0.1);
  EXPECT_EQ(model["standard_errors"]["kind"], "clustered by exporter^importer");
  EXPECT_FALSE(model["standard_errors"].contains("degrees_of_freedom"));  // infinite
  EXPECT_EQ(model["dropped_rows"][0]["rows"], 5);
}

TEST(RegressionTable, WithoutACertificateThereAreNoNumbers) {
  std::vector<Estimate> models = two_models();
  models[1].certificate.status = SolveStatus::kIterationLimit;
  for (const TableFormat format : {TableFormat::kText, TableFormat::kHtml, TableFormat::kCsv,
                                   TableFormat::kJson, TableFormat::kLatex}) {
    const std::string text = render_table(models, {}, format);
    EXPECT_THAT(text, Not(HasSubstr("0.04")));
    EXPECT_THAT(text, HasSubstr("0.5"));
  }
  EXPECT_THAT(render_table(models, {}, TableFormat::kText), HasSubstr("column 2 is NOT CERTIFIED"));
}

TEST(RegressionTable, NotesDifferByColumnWhereModelsDo) {
  std::vector<Estimate> models = two_models();
  models[1].se_kind = "robust";
  models[1].n_clusters = 0;
  const std::string text = render_table(models, {}, TableFormat::kText);
  EXPECT_THAT(text, HasSubstr("column 1: Standard errors in parentheses: clustered"));
  EXPECT_THAT(text, HasSubstr("column 2: Standard errors in parentheses: robust;"));
}

TEST(RegressionTable, RowsCanBeChosen) {
  std::vector<Estimate> models = two_models();
  models[0].coefficients.push_back(make_coefficient("dist", -1, 0.01, INFINITY, 0.95));
  EXPECT_THAT(render_table(models, {.keep = {"dist"}}, TableFormat::kText),
              Not(HasSubstr("rta_a ")));
  EXPECT_THAT(render_table(models, {.drop = {"dist"}}, TableFormat::kText), Not(HasSubstr("dist")));
  EXPECT_EQ(
      error_of([&] { (void)render_table(models, {.keep = {"rta"}}, TableFormat::kText); }).code,
      "bad-option");
  EXPECT_EQ(
      error_of([&] { (void)render_table(models, {.headers = {"one"}}, TableFormat::kText); }).code,
      "bad-option");
  EXPECT_EQ(
      error_of([&] { (void)render_table(models, {.labels = {"rta"}}, TableFormat::kText); }).code,
      "bad-option");
}

TEST(RegressionTable, FormatFollowsTheEnding) {
  EXPECT_EQ(table_format_of("a/b.table.tex"), TableFormat::kLatex);
  EXPECT_EQ(table_format_of("x.docx"), TableFormat::kDocx);
  EXPECT_EQ(error_of([] { (void)table_format_of("x.xls"); }).code, "unknown-format");
}

TEST(WordFile, IsAStoredZipWithTheTable) {
  const std::string bytes = render_table(two_models(), {.title = "T"}, TableFormat::kDocx);
  EXPECT_EQ(bytes.substr(0, 4), std::string("PK\x03\x04"));
  EXPECT_THAT(bytes, HasSubstr("[Content_Types].xml"));
  EXPECT_THAT(bytes, HasSubstr("<w:t xml:space=\"preserve\">0.500</w:t>"));
  EXPECT_THAT(bytes, HasSubstr("<w:vertAlign w:val=\"superscript\"/>"));
  EXPECT_EQ(bytes, render_table(two_models(), {.title = "T"}, TableFormat::kDocx));
  // The end record counts three parts and points at the directory.
  const std::string end = bytes.substr(bytes.size() - 22);
  EXPECT_EQ(end.substr(0, 4), std::string("PK\x05\x06"));
  EXPECT_EQ(static_cast<int>(end[8]), 3);
  std::size_t offset = 0;
  for (int k = 3; k >= 0; --k)
    offset = offset * 256 + static_cast<unsigned char>(end[static_cast<std::size_t>(16 + k)]);
  EXPECT_EQ(bytes.substr(offset, 4), std::string("PK\x01\x02"));
}

TEST(EffectInWords, PutsACoefficientIntoPercentAndTariff) {
  const Estimate e = handmade("trade", 0.5, 0.1);
  const EffectInWords words = effect_in_words(e, "rta_a", 5.0);
  // Half a log point is 65 percent, as the documentation of ge_gravity2 says.
  EXPECT_NEAR(words.change, std::exp(0.5) - 1.0, 1e-15);
  EXPECT_NEAR(*words.tariff_equivalent, std::exp(-0.1) - 1.0, 1e-15);
  EXPECT_LT(*words.tariff_low, *words.tariff_equivalent);
  EXPECT_EQ(
      words.sentence,
      "rta_a raises trade by 64.9% if nothing else changes (95% interval 35.5% to 100.6%). At a "
      "trade elasticity of 5 that is a tariff change of -9.5% (-13.0% to -5.9%).");
}

TEST(EffectInWords, ElasticitiesAndUncertifiedEstimates) {
  Estimate e = handmade("log(trade)", -1.2, 0.05);
  e.family = Family::kGaussian;
  e.coefficients[0].name = "log(dist)";
  const EffectInWords words = effect_in_words(e, "log(dist)");
  EXPECT_TRUE(words.is_elasticity);
  EXPECT_THAT(words.sentence, HasSubstr("1% more dist lowers trade by 1.200%"));
  e.certificate.status = SolveStatus::kStalled;
  EXPECT_EQ(error_of([&] { (void)effect_in_words(e, "log(dist)"); }).code, "not-certified");
}

TEST(EstimateAll, SharesWorkAndEqualsSingleEstimates) {
  const data::Table table = random_table(Family::kPoisson, {.n_countries = 8, .seed = 50});
  Context context(2);
  const std::string samples[] = {"year <= 2002", "year > 2002"};
  const EstimateOptions options{.cluster = "exporter^importer", .tolerance = 1e-11};
  const std::vector<Estimate> all =
      estimate_all(table, "y ~ csw(x1, x2) | exporter + importer^year", options, samples, context);
  ASSERT_EQ(all.size(), 4U);
  EstimateOptions second = options;
  second.subset = "year > 2002";
  const Estimate alone = run_estimate(table, "y ~ x1 + x2 | exporter + importer^year", second);
  for (std::size_t j = 0; j < 2; ++j) {
    EXPECT_NEAR(all[3].coefficients[j].value, alone.coefficients[j].value, 1e-9);
    EXPECT_NEAR(all[3].coefficients[j].se, alone.coefficients[j].se, 1e-9);
  }
}

}  // namespace
}  // namespace altyn::estimation
