#include "altyn/attribution/russian_text.h"

#include <algorithm>
#include <string>
#include <vector>

#include "altyn/attribution/translation.h"
#include "altyn/data/country_codes.h"

namespace altyn::attribution {
namespace {

void translate(std::string& text) { text = in_russian(std::string_view(text)); }
void translate(std::vector<std::string>& texts) {
  for (std::string& text : texts) translate(text);
}

/// Keys such as "main" and "claimed" are single words in small letters; charts know them.
bool is_key(std::string_view cell) {
  return std::none_of(cell.begin(), cell.end(), [](char letter) {
    return letter == ' ' || (letter >= 'A' && letter <= 'Z');
  });
}

void translate(ResultTable& table) {
  translate(table.title);
  translate(table.note);
  for (ResultColumn& column : table.columns) translate(column.label);
  for (std::vector<Cell>& row : table.rows) {
    for (Cell& cell : row) {
      std::string* text = std::get_if<std::string>(&cell);
      if (text != nullptr && !is_key(*text)) *text = translated_cell(*text, Tongue::kRussian);
    }
  }
}

}  // namespace

std::string in_russian(std::string_view english) { return translated(english, Tongue::kRussian); }

CheckResult in_russian(CheckResult result) {
  if (!result.claim.title_ru.empty()) {
    result.title = result.claim.title_ru;
  } else {
    translate(result.title);
  }
  if (!result.claim.in_our_words_ru.empty()) {
    result.claim.in_our_words = result.claim.in_our_words_ru;
  }
  translate(result.claim.strength);
  result.reporter_name = data::economy_name(result.claim.reporter, data::Language::kRussian);
  result.partner_name = data::economy_name(result.claim.partner, data::Language::kRussian);
  translate(result.agreement_name);
  Verdict& verdict = result.verdict;
  for (std::string* text : {&verdict.number.label, &verdict.number.sentence, &verdict.number.rule,
                            &verdict.cause.label, &verdict.cause.sentence, &verdict.cause.rule,
                            &result.synthesis.sentence, &result.calibration}) {
    translate(*text);
  }
  translate(verdict.confidence.reasons);
  translate(verdict.summary);
  translate(verdict.would_change);
  for (LineOfEvidence& line : result.lines) {
    for (std::string* text :
         {&line.title, &line.question, &line.missing, &line.finding, &line.limits, &line.data,
          &line.period, &line.controls, &line.method}) {
      translate(*text);
    }
  }
  for (ResultTable& table : result.tables) translate(table);
  for (DataFinding& finding : result.findings) {
    translate(finding.sentence);
    translate(finding.where);
  }
  return result;
}

}  // namespace altyn::attribution
