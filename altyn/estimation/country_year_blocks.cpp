#include "altyn/estimation/country_year_blocks.h"

#include <algorithm>
#include <cmath>

#include "altyn/estimation/at.h"
#include "altyn/numerics/small_cholesky.h"

namespace altyn::estimation {

namespace {

using numerics::padded_float_stride;
using numerics::RawVector;

// Single precision leaves about 1e-5 of rounding in a pivot; below this a pivot is one of the
// level sums that the two sides of a block share.
constexpr float kPivotFloor = 1e-4F;

class BlockPreconditioner final : public LevelPreconditioner {
 public:
  explicit BlockPreconditioner(const AbsorbLayout& layout)
      : layout_(layout),
        row_of_a_(layout.n_kept_levels),
        scale_(layout.n_kept_levels),
        blocks_(layout.blocks.n_blocks) {
    const BlockStructure& structure = layout.blocks;
    Index size = 0;
    for (std::size_t t = 0; t < blocks_.size(); ++t) {
      Block& block = blocks_[t];
      block.n_a = structure.n_a[t];
      block.n_b = structure.n_b[t];
      block.stride = padded_float_stride(block.n_b);
      block.cells = size;
      size += block.n_a * block.stride;
      block.factor = size;
      // One cache line more: blocks of equal size would otherwise compete for the same lines when
      // rows that run through the years fill them.
      size += block.n_b * block.stride + numerics::kFloatLanes;
      block.a_levels.resize(at(block.n_a));
      block.b_levels.resize(at(block.n_b));
    }
    data_.resize(at(size));
    for (GroupId l = 0; l < layout.n_kept_levels; ++l) {
      const GroupId t = structure.block_of_level[l];
      if (t == kNoGroup) continue;
      Block& block = blocks_[t];
      const KeptEffect& a = layout.kept[structure.a];
      const Index place = structure.place_in_block[l];
      if (l >= a.first && l - a.first < a.n_levels) {
        block.a_levels[at(place)] = l;
        row_of_a_[l] = block.cells + place * block.stride;
      } else {
        block.b_levels[at(place)] = l;
      }
    }
  }

  void rebuild(const double* weights, const double* level_weights, int stride,
               Context& context) override {
    for (Index l = 0; l < layout_.n_kept_levels; ++l) {
      const double weight = level_weights[l * stride];
      scale_[at(l)] = weight > 0.0 ? 1.0 / std::sqrt(weight) : 0.0;
    }
    for_each_block(context, [&](Block& block) {
      std::fill_n(data_.begin() + block.cells, block.n_a * block.stride, 0.0F);
    });
    // Cells hold weights over their mean at first, so that single precision can.
    double total = 0.0;
    for (const Block& block : blocks_) {
      for (const GroupId l : block.b_levels) total += level_weights[Index{l} * stride];
    }
    const double unit = total > 0.0 ? static_cast<double>(layout_.n) / total : 1.0;
    fill_cells(weights, unit, context);
    for_each_block(context, [&](Block& block) {
      std::vector<double> a_scale;
      std::vector<double> b_scale;
      for (const GroupId l : block.a_levels) a_scale.push_back(scale_[l] / unit);
      for (const GroupId l : block.b_levels) b_scale.push_back(scale_[l]);
      numerics::scale_both_sides(data_.data() + block.cells, block.n_a, block.n_b, block.stride,
                                 a_scale.data(), b_scale.data());
      float* factor = data_.data() + block.factor;
      std::fill_n(factor, block.n_b * block.stride, 0.0F);
      for (Index i = 0; i < block.n_b; ++i) factor[i * block.stride + i] = 1.0F;
      numerics::subtract_products(data_.data() + block.cells, block.n_a, factor, block.n_b,
                                  block.stride);
      numerics::factor_upper(factor, block.n_b, block.stride, kPivotFloor);
    });
  }

  void apply(int n_lanes, const double* r, double* z, Context& context) override {
    for_each_block(context, [&](Block& block) { apply_block(block, n_lanes, r, z); });
    for (std::size_t e = 0; e < layout_.kept.size(); ++e) {
      if (e == layout_.blocks.a || e == layout_.blocks.b) continue;
      const KeptEffect& kept = layout_.kept[e];
      for (Index l = kept.first; l < Index{kept.first} + kept.n_levels; ++l) {
        const double inverse = scale_[at(l)] * scale_[at(l)];
        for (int lane = 0; lane < n_lanes; ++lane) {
          z[l * n_lanes + lane] = inverse * r[l * n_lanes + lane];
        }
      }
    }
  }

 private:
  struct Block {
    Index n_a = 0;
    Index n_b = 0;
    Index stride = 0;
    Index cells = 0;   // offset of W_t [n_a x stride] in data_
    Index factor = 0;  // offset of U [n_b x stride]
    std::vector<GroupId> a_levels{};
    std::vector<GroupId> b_levels{};
  };

  template <class Work>
  void for_each_block(Context& context, const Work& work) {
    context.pool->for_each_shard(static_cast<Index>(blocks_.size()),
                                 [&](Index t) { work(blocks_[at(t)]); });
  }

  /// Cell weights times `unit`. Shards that share no level of side a share no cell.
  void fill_cells(const double* weights, double unit, Context& context) {
    const GroupId* a = layout_.kept[layout_.blocks.a].levels.data();
    const GroupId* b = layout_.kept[layout_.blocks.b].levels.data();
    const GroupId* place = layout_.blocks.place_in_block.data();
    const Index* row_of_a = row_of_a_.data();
    float* data = data_.data();
    const auto fill = [=](Index begin, Index end) {
      for (Index p = begin; p < end; ++p) {
        data[row_of_a[a[p]] + Index{place[b[p]]}] += static_cast<float>(weights[p] * unit);
      }
    };
    if (layout_.shards_split_first_kept) {
      fill(0, layout_.n);
      return;
    }
    context.pool->for_each_shard(layout_.n_shards(), [&](Index shard) {
      fill(layout_.run_begin[at(layout_.shards[at(shard)].run_begin)],
           layout_.run_begin[at(layout_.shards[at(shard)].run_end)]);
    });
  }

  // b = S_b^-1 (r_b - W' r_a), a = r_a - W b, everything scaled by 1 / sqrt(level weight). Lanes
  // are brought to order one first: single precision has a narrow range. Lanes of zeros stay so.
  void apply_block(const Block& block, int n_lanes, const double* r, double* z) const {
    double largest[8] = {};
    const auto measure = [&](std::span<const GroupId> levels) {
      for (const GroupId l : levels) {
        for (int lane = 0; lane < n_lanes; ++lane) {
          largest[lane] =
              std::max(largest[lane], std::abs(r[Index{l} * n_lanes + lane] * scale_[l]));
        }
      }
    };
    measure(block.a_levels);
    measure(block.b_levels);
    int lanes[8];
    int n_used = 0;
    for (int lane = 0; lane < n_lanes; ++lane) {
      if (largest[lane] > 0.0) lanes[n_used++] = lane;
    }
    const Index a_stride = padded_float_stride(block.n_a);
    RawVector<float> work(at((a_stride + block.stride) * n_used));
    float* a = work.data();
    float* b = a + a_stride * n_used;
    std::fill(work.begin(), work.end(), 0.0F);
    const auto read = [&](std::span<const GroupId> levels, float* side, Index stride) {
      for (int used = 0; used < n_used; ++used) {
        const int lane = lanes[used];
        const double inverse = 1.0 / largest[lane];
        for (std::size_t i = 0; i < levels.size(); ++i) {
          side[used * stride + static_cast<Index>(i)] = static_cast<float>(
              r[Index{levels[i]} * n_lanes + lane] * scale_[levels[i]] * inverse);
        }
      }
    };
    const auto write = [&](std::span<const GroupId> levels, const float* side, Index stride) {
      for (const GroupId l : levels) std::fill_n(z + Index{l} * n_lanes, n_lanes, 0.0);
      for (int used = 0; used < n_used; ++used) {
        const int lane = lanes[used];
        for (std::size_t i = 0; i < levels.size(); ++i) {
          z[Index{levels[i]} * n_lanes + lane] =
              static_cast<double>(side[used * stride + static_cast<Index>(i)]) * scale_[levels[i]] *
              largest[lane];
        }
      }
    };
    read(block.a_levels, a, a_stride);
    read(block.b_levels, b, block.stride);
    const float* cells = data_.data() + block.cells;
    numerics::subtract_transposed(cells, block.n_a, block.n_b, block.stride, a, a_stride, b,
                                  n_used);
    numerics::solve_upper(data_.data() + block.factor, block.n_b, block.stride, b, n_used);
    numerics::subtract_product(cells, block.n_a, block.n_b, block.stride, b, a, a_stride, n_used);
    write(block.a_levels, a, a_stride);
    write(block.b_levels, b, block.stride);
  }

  const AbsorbLayout& layout_;
  std::vector<Index> row_of_a_;  // [L] first cell of each level of side a
  std::vector<double> scale_;    // [L] 1 / sqrt(level weight), 0 for a level without weight
  std::vector<Block> blocks_;
  RawVector<float> data_;
};

}  // namespace

std::unique_ptr<LevelPreconditioner> make_block_preconditioner(const AbsorbLayout& layout) {
  return std::make_unique<BlockPreconditioner>(layout);
}

}  // namespace altyn::estimation
