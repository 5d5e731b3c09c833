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
        here_(layout.n_kept_levels, 0),
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
    for (const GroupId l : layout.kept[structure.a].levels) here_[l] = 1;
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
    const double unit = total > 0.0 ? static_cast<double>(layout_.n_all) / total : 1.0;
    fill_cells(weights, unit, context);
    // Every rank has the products of its own levels of side a; the identity comes from the first.
    const float diagonal = layout_.ranks.first() ? 1.0F : 0.0F;
    for_each_block(context, [&](Block& block) {
      std::vector<double> a_scale;
      std::vector<double> b_scale;
      for (const GroupId l : block.a_levels) a_scale.push_back(scale_[l] / unit);
      for (const GroupId l : block.b_levels) b_scale.push_back(scale_[l]);
      numerics::scale_both_sides(data_.data() + block.cells, block.n_a, block.n_b, block.stride,
                                 a_scale.data(), b_scale.data());
      float* factor = data_.data() + block.factor;
      std::fill_n(factor, block.n_b * block.stride, 0.0F);
      for (Index i = 0; i < block.n_b; ++i) factor[i * block.stride + i] = diagonal;
      numerics::subtract_products(data_.data() + block.cells, block.n_a, factor, block.n_b,
                                  block.stride);
    });
    if (layout_.ranks.several()) sum_factors();
    for_each_block(context, [&](Block& block) {
      numerics::factor_upper(data_.data() + block.factor, block.n_b, block.stride, kPivotFloor);
    });
  }

  void apply(int n_lanes, const double* r, double* z, Context& context) override {
    // b = S_b^-1 (r_b - W' r_a), a = r_a - W b, everything scaled by 1 / sqrt(level weight).
    if (layout_.ranks.several()) {
      apply_over_ranks(n_lanes, r, z, context);
    } else {
      for_each_block(context, [&](const Block& block) {
        Lanes lanes;
        read(block, n_lanes, r, lanes);
        reduce(block, lanes);
        solve(block, lanes);
        write(block.b_levels, n_lanes, lanes, lanes.b.data(), block.stride, z);
        write(block.a_levels, n_lanes, lanes, lanes.a.data(), lanes.a_stride, z);
      });
    }
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

  /// The lanes of a vector that are not zero, in single precision, both sides of one block. Lanes
  /// are brought to order one first: single precision has a narrow range.
  struct Lanes {
    int used[8] = {};
    int n_used = 0;
    double largest[8] = {};  // by lane
    Index a_stride = 0;
    RawVector<float> a{};  // [n_used x a_stride]
    RawVector<float> b{};  // [n_used x stride]
  };

  void read(const Block& block, int n_lanes, const double* r, Lanes& lanes) const {
    for (const std::vector<GroupId>* levels : {&block.a_levels, &block.b_levels}) {
      for (const GroupId l : *levels) {
        for (int lane = 0; lane < n_lanes; ++lane) {
          lanes.largest[lane] =
              std::max(lanes.largest[lane], std::abs(r[Index{l} * n_lanes + lane] * scale_[l]));
        }
      }
    }
    for (int lane = 0; lane < n_lanes; ++lane) {
      if (lanes.largest[lane] > 0.0) lanes.used[lanes.n_used++] = lane;
    }
    lanes.a_stride = padded_float_stride(block.n_a);
    lanes.a.assign(at(lanes.a_stride * lanes.n_used), 0.0F);
    lanes.b.assign(at(block.stride * lanes.n_used), 0.0F);
    const auto read_side = [&](std::span<const GroupId> levels, float* side, Index stride) {
      for (int used = 0; used < lanes.n_used; ++used) {
        const int lane = lanes.used[used];
        const double inverse = 1.0 / lanes.largest[lane];
        for (std::size_t i = 0; i < levels.size(); ++i) {
          side[used * stride + static_cast<Index>(i)] = static_cast<float>(
              r[Index{levels[i]} * n_lanes + lane] * scale_[levels[i]] * inverse);
        }
      }
    };
    read_side(block.a_levels, lanes.a.data(), lanes.a_stride);
    read_side(block.b_levels, lanes.b.data(), block.stride);
  }

  /// Every rank has the rows of W of its own levels of side a: what it takes off b, and a itself,
  /// are summed.
  void apply_over_ranks(int n_lanes, const double* r, double* z, Context& context) {
    std::vector<Lanes> work(blocks_.size());
    RawVector<double> sums(at(layout_.n_kept_levels * n_lanes), 0.0);
    const auto each = [&](const auto& step) {
      context.pool->for_each_shard(static_cast<Index>(blocks_.size()),
                                   [&](Index t) { step(blocks_[at(t)], work[at(t)]); });
    };
    const auto place = [&](GroupId level, int lane) { return at(Index{level} * n_lanes + lane); };
    each([&](const Block& block, Lanes& lanes) {
      read(block, n_lanes, r, lanes);
      RawVector<float> right(lanes.b);
      std::fill(lanes.b.begin(), lanes.b.end(), 0.0F);
      reduce(block, lanes);
      for (std::size_t i = 0; i < block.b_levels.size(); ++i) {
        for (int used = 0; used < lanes.n_used; ++used) {
          sums[place(block.b_levels[i], lanes.used[used])] =
              static_cast<double>(lanes.b[at(used * block.stride) + i]);
        }
      }
      lanes.b.swap(right);
    });
    layout_.ranks.sum(sums);
    each([&](const Block& block, Lanes& lanes) {
      for (std::size_t i = 0; i < block.b_levels.size(); ++i) {
        for (int used = 0; used < lanes.n_used; ++used) {
          lanes.b[at(used * block.stride) + i] +=
              static_cast<float>(sums[place(block.b_levels[i], lanes.used[used])]);
        }
      }
      solve(block, lanes);
      write(block.b_levels, n_lanes, lanes, lanes.b.data(), block.stride, z);
    });
    std::fill(sums.begin(), sums.end(), 0.0);
    each([&](const Block& block, Lanes& lanes) {
      write(block.a_levels, n_lanes, lanes, lanes.a.data(), lanes.a_stride, sums.data());
      for (const GroupId l : block.a_levels) {
        if (here_[l] == 0) std::fill_n(sums.begin() + Index{l} * n_lanes, n_lanes, 0.0);
      }
    });
    layout_.ranks.sum(sums);
    for (const Block& block : blocks_) {
      for (const GroupId l : block.a_levels) {
        std::copy_n(sums.begin() + Index{l} * n_lanes, n_lanes, z + Index{l} * n_lanes);
      }
    }
  }

  /// b -= W'a
  void reduce(const Block& block, Lanes& lanes) const {
    numerics::subtract_transposed(data_.data() + block.cells, block.n_a, block.n_b, block.stride,
                                  lanes.a.data(), lanes.a_stride, lanes.b.data(), lanes.n_used);
  }

  /// b = S_b^-1 b, a -= W b
  void solve(const Block& block, Lanes& lanes) const {
    numerics::solve_upper(data_.data() + block.factor, block.n_b, block.stride, lanes.b.data(),
                          lanes.n_used);
    numerics::subtract_product(data_.data() + block.cells, block.n_a, block.n_b, block.stride,
                               lanes.b.data(), lanes.a.data(), lanes.a_stride, lanes.n_used);
  }

  void write(std::span<const GroupId> levels, int n_lanes, const Lanes& lanes, const float* side,
             Index stride, double* z) const {
    for (const GroupId l : levels) std::fill_n(z + Index{l} * n_lanes, n_lanes, 0.0);
    for (int used = 0; used < lanes.n_used; ++used) {
      const int lane = lanes.used[used];
      for (std::size_t i = 0; i < levels.size(); ++i) {
        z[Index{levels[i]} * n_lanes + lane] =
            static_cast<double>(side[used * stride + static_cast<Index>(i)]) * scale_[levels[i]] *
            lanes.largest[lane];
      }
    }
  }

  /// Adds up over the ranks what each has taken off the identity, some blocks at a time.
  void sum_factors() {
    constexpr std::size_t kAtOnce = std::size_t{1} << 19;  // numbers
    RawVector<double> batch;
    std::size_t first = 0;
    const auto exchange = [&](std::size_t end) {
      layout_.ranks.sum(batch);
      const double* from = batch.data();
      for (std::size_t t = first; t < end; ++t) {
        float* factor = data_.data() + blocks_[t].factor;
        for (Index i = 0; i < blocks_[t].n_b * blocks_[t].stride; ++i) {
          factor[i] = static_cast<float>(*from++);
        }
      }
      batch.clear();
      first = end;
    };
    for (std::size_t t = 0; t < blocks_.size(); ++t) {
      const float* factor = data_.data() + blocks_[t].factor;
      batch.insert(batch.end(), factor, factor + blocks_[t].n_b * blocks_[t].stride);
      if (batch.size() >= kAtOnce) exchange(t + 1);
    }
    exchange(blocks_.size());
  }

  const AbsorbLayout& layout_;
  std::vector<char> here_;       // [L] levels of side a with rows on this rank
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
