#include "altyn/data/text_coder.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <numeric>

#include "altyn/core/errors.h"

namespace altyn::data::internal {
namespace {

std::size_t hash(const char* data, std::size_t size) {
  std::uint64_t state = size * 0x9E3779B97F4A7C15ULL;
  const auto mix = [&state](std::uint64_t word) {
    state = (state ^ word) * 0xD6E8FEB86659FD93ULL;
    state ^= state >> 32;
  };
  for (; size >= 8; data += 8, size -= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, data, 8);
    mix(word);
  }
  std::uint64_t word = 0;
  std::memcpy(&word, data, size);
  mix(word);
  return state;
}

}  // namespace

GroupId TextCoder::code(const char* data, std::size_t size) {
  if (last_ != kNoGroup && texts_[last_].size() == size &&
      std::memcmp(texts_[last_].data(), data, size) == 0) {
    return last_;  // sorted files repeat the same code for many rows
  }
  std::size_t slot = hash(data, size) & (slots_.size() - 1);
  while (slots_[slot] != kNoGroup) {
    const std::string& text = texts_[slots_[slot]];
    if (text.size() == size && std::memcmp(text.data(), data, size) == 0) {
      return last_ = slots_[slot];
    }
    slot = (slot + 1) & (slots_.size() - 1);
  }
  last_ = static_cast<GroupId>(texts_.size());
  ALTYN_CHECK(last_ != kNoGroup, "more texts than codes");
  texts_.emplace_back(data, size);
  slots_[slot] = last_;
  if (2 * texts_.size() > slots_.size()) grow();
  return last_;
}

TextColumn TextCoder::finish(std::vector<GroupId> codes) {
  std::vector<GroupId> order(texts_.size());
  std::iota(order.begin(), order.end(), GroupId{0});
  std::sort(order.begin(), order.end(),
            [this](GroupId a, GroupId b) { return texts_[a] < texts_[b]; });
  std::vector<GroupId> rank(texts_.size());
  TextColumn column;
  column.dictionary.reserve(texts_.size());
  for (std::size_t k = 0; k < order.size(); ++k) {
    rank[order[k]] = static_cast<GroupId>(k);
    column.dictionary.push_back(std::move(texts_[order[k]]));
  }
  for (GroupId& code : codes) {
    if (code != kNoGroup) code = rank[code];
  }
  column.codes = std::move(codes);
  return column;
}

void TextCoder::grow() {
  slots_.assign(slots_.size() * 2, kNoGroup);
  for (std::size_t k = 0; k < texts_.size(); ++k) {
    std::size_t slot = hash(texts_[k].data(), texts_[k].size()) & (slots_.size() - 1);
    while (slots_[slot] != kNoGroup) slot = (slot + 1) & (slots_.size() - 1);
    slots_[slot] = static_cast<GroupId>(k);
  }
}

}  // namespace altyn::data::internal
