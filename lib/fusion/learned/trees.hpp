#pragma once

#include "fusion/learned.hpp"
#include "learned/explanation.hpp"
#include "learned/input.hpp"

#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace aicovid {

/// Gradient-boosted trees of XGBoost with the objective binary:logistic.
///
/// A missing value takes the branch that each split learned for it, whatever the row has in its
/// place. Deterministic: one thread, float32 as the trees were trained. Any number of threads may
/// use one; their calls run one after the other, as the library's prediction from a DMatrix shares
/// a cache.
class TreeModel {
 public:
  /// @param features  the positions in `inputs` of the model's features, in their order
  /// @throws Error{bad_bundle} if the file is none, has another objective, other features, or trees
  ///         that are none; Error{unsupported} in a build without XGBoost
  static std::shared_ptr<const TreeModel> load(std::string_view file, const ConfigValue& where,
                                               const std::vector<LearnedInput>& inputs,
                                               std::vector<std::size_t> features);
  virtual ~TreeModel() = default;

  /// The logit of each row.
  virtual std::vector<double> logits(std::span<const InputRow> rows) const = 0;

  /// Exact TreeSHAP (Lundberg 2018, as the library has it): `reference_logit` is the mean over the
  /// training data, with the rounding of float32 sums, so that the whole is the logit.
  virtual Explanation explain(const InputRow& row) const = 0;
};

}  // namespace aicovid
