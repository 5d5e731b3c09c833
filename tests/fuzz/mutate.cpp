#include "mutate.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>

namespace altyn::fuzz {
namespace {

// splitmix64 (Steele, Lea and Flood 2014): the same on every machine.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::size_t below(std::size_t n) { return n == 0 ? 0 : static_cast<std::size_t>(next() % n); }
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_;
};

constexpr std::array<std::string_view, 16> kNumbers = {"nan",
                                                       "1e308",
                                                       "-1",
                                                       "99999999999999999999",
                                                       "-9223372036854775808",
                                                       "1e-320",
                                                       "inf",
                                                       "0",
                                                       "",
                                                       "0x10",
                                                       "1,5",
                                                       "1e",
                                                       "1e999",
                                                       "true",
                                                       "[]",
                                                       "\"\""};

const std::array<std::string, 14> kPieces = {"\xFF",         std::string(1, '\0'),
                                             "\xC3",         "\xEF\xBB\xBF",
                                             "\xED\xA0\x80", "\"",
                                             "\n",           "\r\n\r\n",
                                             ",,,,",         "\xE2\x80\xA8",
                                             "[[",           "}",
                                             "../",          "\\u0000"};

bool is_number_letter(char letter) {
  return std::isdigit(static_cast<unsigned char>(letter)) != 0 || letter == '.';
}

void damage(std::string& bytes, const std::vector<std::string>& seeds, Dice& dice) {
  const std::size_t at = dice.below(bytes.size() + 1);
  const std::size_t length = dice.below(std::min<std::size_t>(bytes.size() - at + 1, 64));
  switch (dice.below(12)) {
    case 0:
      if (at < bytes.size()) bytes[at] = static_cast<char>(bytes[at] ^ 1 << dice.below(8));
      return;
    case 1:
      if (at < bytes.size()) bytes[at] = static_cast<char>(dice.below(256));
      return;
    case 2:
      bytes.resize(at);
      return;
    case 3:
      bytes.erase(at, length);
      return;
    case 4:
      bytes.insert(at, std::string(bytes, at, length));
      return;
    case 5: {  // the head of one seed and the tail of another
      const std::string& other = seeds[dice.below(seeds.size())];
      bytes = bytes.substr(0, at) + other.substr(dice.below(other.size() + 1));
      return;
    }
    case 6:
    case 7:
    case 8: {  // a number becomes another
      const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(at);
      const auto begin = std::find_if(from, bytes.end(), is_number_letter);
      const auto end = std::find_if_not(begin, bytes.end(), is_number_letter);
      bytes.replace(begin, end, kNumbers[dice.below(kNumbers.size())]);
      return;
    }
    case 9:
    case 10:
      bytes.insert(at, kPieces[dice.below(kPieces.size())]);
      return;
    default: {  // deeper than any file of ours
      constexpr std::array<std::string_view, 5> kOpen = {"[", "(", "{\"a\":", "-", "a="};
      const std::string_view open = kOpen[dice.below(kOpen.size())];
      std::string nest;
      for (std::size_t n = std::size_t{1} << dice.below(13); n > 0; --n) nest += open;
      bytes.insert(at, nest);
      return;
    }
  }
}

}  // namespace

std::string mutated(std::string_view bytes, const std::vector<std::string>& seeds,
                    std::uint64_t number) {
  Dice dice(number);
  std::string damaged(bytes);
  for (std::size_t n = 1 + dice.below(3); n > 0; --n) damage(damaged, seeds, dice);
  return damaged;
}

std::uint64_t times_as_many() {
  const char* asked = std::getenv("ALTYN_MUTANTS");
  return asked == nullptr ? 1 : std::strtoull(asked, nullptr, 10);
}

}  // namespace altyn::fuzz
