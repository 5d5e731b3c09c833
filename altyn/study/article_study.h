#pragma once

#include <string>

#include "altyn/core/context.h"
#include "altyn/study/study.h"

namespace altyn::study {

/// Whether the claim of a check is to be read from an article: `claim.text`, or a `claim.file` that
/// ends in .txt, .html or .htm.
[[nodiscard]] bool is_article(const Study& study);

/// Reads the claims of an article and checks each that names a pair, a window and a growth; other
/// fields under [claim] fill what the text leaves blank in every claim, its `date` the day that
/// relative dates are counted from. A claim that the data cannot answer is listed with the reason.
/// A claim that stands twice is checked once; the first 20 of a text are checked.
/// Of trade inside a bloc the number alone is checked, over calendar years.
/// Files: claims.json, and those of each check, with "claim-1-" and so on before their names when
/// there are several. Errors: InputError as read_claim(); "article-too-long" above 10 million
/// bytes; "no-claim" when the text carries none.
[[nodiscard]] StudyResult run_article(const Study& study, Context& context);

}  // namespace altyn::study
