#include "altyn/data/lower_case.h"

namespace altyn::data {

std::string lower_case(std::string_view text) {
  std::string result;
  for (std::size_t k = 0; k < text.size(); ++k) {
    const auto at = [&](std::size_t i) {
      return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    if (at(k) >= 'A' && at(k) <= 'Z') {
      result += static_cast<char>(at(k) + 32);
    } else if (at(k) == 0xD0 && at(k + 1) >= 0x90 && at(k + 1) <= 0x9F) {
      result += {static_cast<char>(0xD0), static_cast<char>(at(++k) + 0x20)};
    } else if (at(k) == 0xD0 && at(k + 1) >= 0xA0 && at(k + 1) <= 0xAF) {
      result += {static_cast<char>(0xD1), static_cast<char>(at(++k) - 0x20)};
    } else if (at(k) == 0xD0 && at(k + 1) >= 0x80 && at(k + 1) <= 0x8F) {  // Ё, І
      result += {static_cast<char>(0xD1), static_cast<char>(at(++k) + 0x10)};
    } else if (((at(k) == 0xD2 && at(k + 1) >= 0x8A) || (at(k) == 0xD3 && at(k + 1) >= 0x90)) &&
               at(k + 1) % 2 == 0) {  // letters of Kazakh stand in pairs
      result += {text[k], static_cast<char>(at(k + 1) + 1)};
      ++k;
    } else if (at(k) == 0xC2 && at(k + 1) == 0xA0) {
      result += ' ';
      ++k;
    } else if (at(k) == 0xE2 && at(k + 1) == 0x80 && (at(k + 2) == 0xAF || at(k + 2) == 0x89)) {
      result += ' ';
      k += 2;
    } else {
      result += text[k];
    }
  }
  return result;
}

}  // namespace altyn::data
