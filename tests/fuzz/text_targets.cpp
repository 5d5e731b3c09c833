#include "altyn/attribution/claim_reader.h"
#include "altyn/estimation/formula.h"
#include "reading.h"
#include "targets.h"

namespace altyn::fuzz {

/// What is understood is written so that it is understood again, in the same words.
void read_formula(std::string_view bytes) {
  using estimation::Formula;
  accept_or_refuse([&] {
    for (const Formula& formula : estimation::parse_formulas(bytes)) {
      const std::string text = formula.to_string();
      std::string again;
      try {
        again = estimation::parse_formula(text).to_string();
      } catch (const std::exception& error) {
        fail("written as \"" + text + "\", which is refused: " + error.what());
      }
      if (again != text) fail("written as \"" + text + "\", then as \"" + again + "\"");
    }
  });
  accept_or_refuse([&] { (void)estimation::parse_expression(bytes, "weight").columns(); });
  accept_or_refuse([&] { (void)estimation::parse_groups(bytes, "cluster"); });
}

/// Any text is read, and every position lies inside it.
void read_article(std::string_view bytes) {
  const attribution::ReadText read = attribution::read_claims(bytes);
  for (const attribution::ReadClaim& claim : read.claims) {
    if (claim.end > read.plain.size() || claim.begin > claim.end ||
        claim.window.end > read.plain.size() || claim.speaker.end > read.plain.size()) {
      fail("a claim outside the text");
    }
  }
}

}  // namespace altyn::fuzz
