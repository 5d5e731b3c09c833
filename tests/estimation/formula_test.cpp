#include "altyn/estimation/formula.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "altyn/core/errors.h"

namespace altyn::estimation {
namespace {

std::string canonical(const std::string& text) { return parse_formula(text).to_string(); }

ErrorDetail syntax_error(const std::string& text) {
  try {
    (void)parse_formula(text);
  } catch (const InputError& error) {
    EXPECT_EQ(error.detail().code, "formula-syntax") << text;
    return error.detail();
  }
  ADD_FAILURE() << "no error for: " << text;
  return {};
}

/// The column of the caret, counted from 1.
std::size_t caret_of(const ErrorDetail& detail) {
  return detail.context.size() == 2 ? detail.context[1].size() : 0;
}

TEST(Formula, ReadsEveryPart) {
  const Formula f = parse_formula(
      "trade/1000 ~ rta + log(dist) + i(event_time, treated, ref = -1) + a:b "
      "| exporter^year + importer^year + pair[trend]");
  EXPECT_EQ(f.outcome.to_string(), "trade / 1000");
  ASSERT_EQ(f.terms.size(), 4U);
  EXPECT_EQ(f.terms[1].to_string(), "log(dist)");
  const Factor& events = f.terms[2].factors[0];
  EXPECT_EQ(events.kind, FactorKind::kIndicators);
  EXPECT_EQ(std::get<double>(events.reference.at(0)), -1.0);
  EXPECT_EQ(f.terms[3].factors.size(), 2U);
  ASSERT_EQ(f.effects.size(), 3U);
  EXPECT_EQ(f.effects[0].columns, (std::vector<std::string>{"exporter", "year"}));
  EXPECT_TRUE(f.effects[2].intercept);
  EXPECT_EQ(f.effects[2].slopes.at(0).to_string(), "trend");
  EXPECT_TRUE(f.intercept);
}

TEST(Formula, CanonicalSpellingIgnoresSpaces) {
  EXPECT_EQ(canonical("y~x+log( z )|a ^ b"), "y ~ x + log(z) | a^b");
  EXPECT_EQ(canonical("y ~ I(a-(b-c))"), "y ~ I(a - (b - c))");
  EXPECT_EQ(canonical("y ~ I((a*b)/c)"), "y ~ I(a * b / c)");
  EXPECT_EQ(canonical("y ~ I(-a^2)"), "y ~ I(-a ^ 2)");
  EXPECT_EQ(canonical("y ~ I((-a)^2)"), "y ~ I((-a) ^ 2)");
  EXPECT_EQ(canonical("y ~ `trade value`"), "y ~ `trade value`");
  EXPECT_EQ(canonical("y ~ i(f, ref=c(1,\"x\"), keep = RUS)"),
            "y ~ i(f, ref = c(1, \"x\"), keep = \"RUS\")");
  EXPECT_EQ(canonical("y ~ 1 | a[[x]] + b[x, log(z)]"), "y ~ 1 | a[[x]] + b[x, log(z)]");
  EXPECT_EQ(canonical("y ~ w | fe | p ~ z1 + z2"), "y ~ w | fe | p ~ z1 + z2");
  EXPECT_EQ(canonical("y ~ w | p ~ z"), "y ~ w | p ~ z");
  EXPECT_EQ(canonical("y ~ I(exporter != importer & year >= 2010 | !a)"),
            "y ~ I(exporter != importer & year >= 2010 | !a)");
}

TEST(Formula, InterceptCanBeTakenAway) {
  EXPECT_FALSE(parse_formula("y ~ x - 1").intercept);
  EXPECT_FALSE(parse_formula("y ~ 0 + x").intercept);
  EXPECT_FALSE(parse_formula("y ~ -1 + x").intercept);
  EXPECT_TRUE(parse_formula("y ~ 1").intercept);
  EXPECT_TRUE(parse_formula("y ~ x | 0").effects.empty());
}

TEST(Formula, CrossingExpandsAndRepeatsAreDropped) {
  EXPECT_EQ(canonical("y ~ a*b"), "y ~ a + b + a:b");
  EXPECT_EQ(canonical("y ~ a*b*c"), "y ~ a + b + c + a:b + a:c + b:c + a:b:c");
  EXPECT_EQ(canonical("y ~ a + a*b + a"), "y ~ a + b + a:b");
}

TEST(Formula, SeveralModelsShareOneFormula) {
  std::vector<std::string> texts;
  for (const Formula& f : parse_formulas("c(y1, log(y2)) ~ x + csw0(a, b + c) | fe")) {
    texts.push_back(f.to_string());
  }
  EXPECT_EQ(texts,
            (std::vector<std::string>{"y1 ~ x | fe", "y1 ~ x + a | fe", "y1 ~ x + a + b + c | fe",
                                      "log(y2) ~ x | fe", "log(y2) ~ x + a | fe",
                                      "log(y2) ~ x + a + b + c | fe"}));
  EXPECT_EQ(parse_formulas("y ~ sw(a, b) + sw0(c, d)").size(), 6U);
  EXPECT_EQ(syntax_error("y ~ sw(a, b)").what, "the formula stands for 2 models");
}

struct BadFormula {
  const char* text;
  std::size_t column;  // where the caret must stand
  const char* part;    // of the message
};

class FormulaErrors : public ::testing::TestWithParam<BadFormula> {};

TEST_P(FormulaErrors, PointAtTheCharacter) {
  const ErrorDetail detail = syntax_error(GetParam().text);
  EXPECT_EQ(caret_of(detail), GetParam().column) << GetParam().text;
  EXPECT_NE(detail.what.find(GetParam().part), std::string::npos) << detail.what;
  EXPECT_EQ(detail.where, "formula, character " + std::to_string(GetParam().column));
}

INSTANTIATE_TEST_SUITE_P(
    Everywhere, FormulaErrors,
    ::testing::Values(
        BadFormula{"trade ~ rta + | exporter", 15, "expected a regressor"},
        BadFormula{"", 1, "empty"}, BadFormula{"trade", 6, "expected ~"},
        BadFormula{"~ x", 1, "outcome is missing"}, BadFormula{"y ~ x | ", 9, "expected an effect"},
        BadFormula{"y ~ x | a:b", 10, "combined with ^"},
        BadFormula{"y ~ x | a || b", 11, "empty part"},
        BadFormula{"y ~ logg(x)", 5, "no function logg()"},
        BadFormula{"y ~ log(x, z)", 5, "takes one argument"},
        BadFormula{"y ~ log(x", 10, "expected )"}, BadFormula{"y ~ x^2", 6, "needs I(...)"},
        BadFormula{"y ~ (a + b)", 5, "need I(...)"},
        BadFormula{"y ~ x - z", 9, "only the intercept"},
        BadFormula{"y ~ 2x", 5, "cannot start with a digit"},
        BadFormula{"y ~ x $ z", 7, "no use for this character"},
        BadFormula{"y ~ `x", 5, "no closing `"},
        BadFormula{"y ~ i(f, ref = )", 16, "expected a value"},
        BadFormula{"y ~ i(f, rf = 1)", 10, "no argument rf"},
        BadFormula{"y ~ x | a[b", 12, "expected ]"}, BadFormula{"y ~ x | a | b", 13, "endogenous"},
        BadFormula{"y ~ x | log(a)", 9, "an effect is a column"},
        BadFormula{"y ~ x ~ z", 7, "second ~"}, BadFormula{"y ~ I(a = 1)", 9, "== compares"},
        BadFormula{"торговля ~ рта + ", 18, "found the end"},
        BadFormula{"y ~ 1e999", 5, "out of range"}));

TEST(Formula, NestingAndLengthAreBounded) {
  const std::string deep = "y ~ I(" + std::string(5000, '(') + "a" + std::string(5000, ')') + ")";
  EXPECT_NE(syntax_error(deep).what.find("levels of nesting"), std::string::npos);
  std::string negations = "y ~ I(" + std::string(5000, '-') + "a)";
  EXPECT_NE(syntax_error(negations).what.find("levels of nesting"), std::string::npos);
  std::string run = "y ~ I(a";
  for (int k = 0; k < 5000; ++k) run += "+a";
  EXPECT_NE(syntax_error(run + ")").what.find("operations on each other"), std::string::npos);
  const std::string sum = run.substr(0, run.find("+a") + 2 * 300);
  EXPECT_EQ(parse_formula(sum + ")").terms.size(), 1U);
  const std::string inner = "(" + sum.substr(sum.find('a'));
  EXPECT_NE(syntax_error(run.substr(0, 6) + inner + ")" + sum.substr(sum.find("+a")) + ")")
                .what.find("operations on each other"),
            std::string::npos);
  EXPECT_NE(syntax_error(std::string(70000, 'x')).what.find("bytes"), std::string::npos);
  EXPECT_NE(syntax_error("y ~ a*b*c*d*e*f*g*h*i*j").what.find("crossed"), std::string::npos);
  // What they stand for counts: a:b:c:d:e:f:g:h:i among others.
  EXPECT_NE(syntax_error("y ~ a:b:c*d:e:f*g:h:i").what.find("crossed"), std::string::npos);
  EXPECT_EQ(parse_formula("y ~ a:b:c*d:e:f*g:h").terms.size(), 7U);
}

TEST(Formula, WhatAFormulaStandsForIsBoundedAsWell) {
  std::string many = "c(y";
  for (int k = 0; k < 900; ++k) many += ",y";
  std::string long_list = ") ~ a";
  for (int k = 0; k < 2000; ++k) long_list += "+a" + std::to_string(k);
  EXPECT_NE(syntax_error(many + long_list).what.find("written out"), std::string::npos);
  std::string crossed = "y ~ ";
  for (char c = 'a'; c < 'i'; ++c) crossed += std::string(200, c) + (c == 'h' ? "" : "*");
  EXPECT_NE(syntax_error(crossed).what.find("written out"), std::string::npos);
  std::string stepwise = "y ~ csw(a*b*c*d*e*f*g*h";
  for (int k = 0; k < 100; ++k) stepwise += ",a*b*c*d*e*f*g*h";
  EXPECT_NE(syntax_error(stepwise + ")").what.find("terms"), std::string::npos);
  std::string repeated = "y ~ a";
  for (int k = 0; k < 9000; ++k) repeated += "+a";
  EXPECT_EQ(parse_formula(repeated).terms.size(), 1U);
}

TEST(Formula, WhatIsReadIsWrittenSoThatItIsReadAgain) {
  for (const char* text :
       {"y ~ i(y, keep = 'a\"b')", "y ~ I('a\"b' == x)", "y ~ i(y, keep = `a\"b'c`)",
        "y ~ i(y, keep = \"it's\")", "y ~ I((a < b) < c)", "y ~ I((a < b) == (c < d))",
        "y ~ I(!!!x)", "y ~ I(!(!x) & !(a == b))", "y ~ I(!(a & b))", "y ~ I((!a) + b)"}) {
    const Formula read = parse_formula(text);
    EXPECT_EQ(parse_formula(read.to_string()).to_string(), read.to_string()) << text;
  }
  EXPECT_EQ(parse_formula("y ~ I((a < b) == c)").to_string(), "y ~ I((a < b) == c)");
  EXPECT_EQ(parse_formula("y ~ i(y, keep = 'a\"b')").to_string(), "y ~ i(y, keep = 'a\"b')");
}

TEST(Formula, CaretStaysInTheWindowOfALongLine) {
  const std::string line(500, 'a');
  const std::vector<std::string> lines = caret_lines(line + "?" + line, 500);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_LT(lines[0].size(), 120U);
  EXPECT_EQ(lines[0][lines[1].size() - 1], '?');
}

TEST(Formula, CaretLinesAreAlwaysPrintable) {
  const std::vector<std::string> lines = caret_lines("a\x01\xff\xc3+b", 4);
  EXPECT_EQ(lines[0], "a ??+b");
  EXPECT_EQ(lines[1], "    ^");
}

// Any text either reads or is refused with an InputError: nothing else may leave the parser.
RC_GTEST_PROP(Formula, AnyTextReadsOrIsRefused, ()) {
  static const std::vector<std::string> kPieces = {
      "y",  "x",   "~",   "|",     "+", "-",  "*",      ":",     "^",        "(",    ")", "[", "]",
      ",",  "=",   "==",  "!=",    "<", "&",  "!",      "1",     "0",        "2.5",  "i", "I", "c",
      "sw", "log", "`a`", "\"t\"", " ", "i(", "sunab(", "ref =", "\xc3\xa9", "\xff", "$", "'"};
  const auto picks = *rc::gen::container<std::vector<std::size_t>>(
      rc::gen::inRange<std::size_t>(0, kPieces.size()));
  std::string text;
  for (const std::size_t pick : picks) text += kPieces[pick];
  if (*rc::gen::arbitrary<bool>()) text = "y ~ x" + text;
  try {
    for (const Formula& formula : parse_formulas(text)) {
      // What reads once reads again from its canonical spelling, to the same spelling.
      const std::string spelled = formula.to_string();
      RC_ASSERT(parse_formula(spelled).to_string() == spelled);
    }
  } catch (const InputError& error) {
    RC_ASSERT(error.detail().code == "formula-syntax");
  }
}

TEST(Groups, ReadsClustersAndRefusesSlopes) {
  const std::vector<EffectTerm> groups = parse_groups("exporter^importer + year", "cluster");
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].groups_name(), "exporter^importer");
  EXPECT_THROW((void)parse_groups("a[x]", "cluster"), InputError);
  EXPECT_THROW((void)parse_groups("a + ", "cluster"), InputError);
}

}  // namespace
}  // namespace altyn::estimation
