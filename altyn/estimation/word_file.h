#pragma once

#include <string>

#include "altyn/estimation/table_layout.h"

namespace altyn::estimation {

/// The bytes of a .docx file with the table as a real Word table and the notes below it.
/// The same layout gives the same bytes (no time stamps).
/// Source: ECMA-376, WordprocessingML; parts are stored in the archive without compression.
[[nodiscard]] std::string to_word_file(const TableLayout& layout);

}  // namespace altyn::estimation
