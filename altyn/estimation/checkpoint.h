#pragma once

#include <memory>
#include <optional>
#include <string>

#include "altyn/core/context.h"
#include "altyn/estimation/glm.h"

namespace altyn::estimation {

/// A file that says how far a fit has come: coefficients and the levels of the kept effects, which
/// are small beside the rows. Of several ranks the first one writes and reads. It appears whole or
/// not at all.
class Checkpoint {
 public:
  /// `model`: the formula. With the rows, the regressors and the levels of `plan` it tells whether
  /// a file belongs to this fit.
  Checkpoint(std::string path, const std::string& model, const GlmProblem& problem,
             std::shared_ptr<const AbsorptionPlan> plan);

  /// Errors: SystemError "cannot-write".
  void write(const GlmFit& so_far) const;
  /// What a fit may start from; null when there is no file, or one of another model, of which the
  /// context is warned. Every rank calls.
  [[nodiscard]] const GlmFit* read(Context& context);
  void remove() const;

 private:
  std::string path_;
  std::string identity_;
  const GlmProblem& problem_;
  std::shared_ptr<const AbsorptionPlan> plan_;
  std::optional<GlmFit> found_;
};

}  // namespace altyn::estimation
