#include "altyn/estimation/checkpoint.h"

#include <fmt/format.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "altyn/data/output_files.h"

namespace altyn::estimation {
namespace {

void append(std::string& bytes, const std::vector<double>& values) {
  const auto count = static_cast<std::uint64_t>(values.size());
  bytes.append(reinterpret_cast<const char*>(&count), sizeof count);
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double));
}

/// Takes a list off the front of the bytes; false when they end too early.
bool take(std::string_view& bytes, std::vector<double>& values) {
  std::uint64_t count = 0;
  if (bytes.size() < sizeof count) return false;
  std::memcpy(&count, bytes.data(), sizeof count);
  bytes.remove_prefix(sizeof count);
  if (count > bytes.size() / sizeof(double)) return false;
  values.resize(count);
  if (count > 0) std::memcpy(values.data(), bytes.data(), count * sizeof(double));
  bytes.remove_prefix(count * sizeof(double));
  return true;
}

}  // namespace

Checkpoint::Checkpoint(std::string path, const std::string& model, const GlmProblem& problem,
                       std::shared_ptr<const AbsorptionPlan> plan)
    : path_(std::move(path)), problem_(problem), plan_(std::move(plan)) {
  identity_ =
      fmt::format("altyn checkpoint 1\n{}\n{} rows\n{}\n", model,
                  problem.ranks.sum(problem.n_rows()), fmt::join(problem.all_names(), "\t"));
}

void Checkpoint::write(const GlmFit& so_far) const {
  if (!problem_.ranks.first()) return;
  std::string bytes = identity_;
  append(bytes, so_far.coefficients);
  for (const auto* lists : {&so_far.level_values, &so_far.regressor_levels}) {
    for (const std::vector<double>& values : *lists) append(bytes, values);
  }
  data::write_text(bytes, path_);
}

const GlmFit* Checkpoint::read(Context& context) {
  std::string own;
  if (problem_.ranks.first()) {
    std::ifstream file(path_, std::ios::binary);
    own.assign(std::istreambuf_iterator<char>(file), {});
  }
  const std::string file = problem_.ranks.gather(own).front();
  if (file.empty()) return nullptr;
  GlmFit state;
  state.plan = plan_;
  state.family = problem_.family;
  state.regressor_names = problem_.all_names();
  std::string_view bytes = file;
  bool fits = bytes.starts_with(identity_);
  if (fits) bytes.remove_prefix(identity_.size());
  fits = fits && take(bytes, state.coefficients) &&
         state.coefficients.size() == state.regressor_names.size();
  state.level_values.resize(problem_.effects.size());
  std::size_t n_levels = 0;
  for (std::size_t e = 0; fits && e < state.level_values.size(); ++e) {
    std::vector<double>& values = state.level_values[e];
    fits = take(bytes, values);
    // The eliminated effect follows from the others.
    fits = fits && (values.empty() || values.size() == plan_->n_levels(static_cast<Index>(e)));
    n_levels += values.size();
  }
  state.regressor_levels.resize(state.coefficients.size());
  for (std::vector<double>& values : state.regressor_levels) {
    fits = fits && take(bytes, values) && values.size() == n_levels;
  }
  if (!fits || !bytes.empty()) {
    context.warn(fmt::format("{} is the checkpoint of another model and is not used", path_));
    return nullptr;
  }
  return &found_.emplace(std::move(state));
}

void Checkpoint::remove() const {
  if (!problem_.ranks.first()) return;
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

}  // namespace altyn::estimation
