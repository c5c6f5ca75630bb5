#include "learned/trees.hpp"

#include "learned/tree_file.hpp"

#include <aicovid/error.hpp>

#if AICOVID_WITH_XGBOOST

#include <xgboost/c_api.h>

#include <limits>
#include <mutex>

#include <fmt/format.h>

namespace aicovid {

namespace {

/// @throws Error{internal}: what can be wrong with a file was found before
void require_success(int status, const char* doing) {
  if (status == 0) return;
  // The library's own message may hold a path of the machine that built it.
  throw Error(ErrorCode::internal, fmt::format("XGBoost failed in {}", doing));
}

/// What XGBoosterPredictFromDMatrix is asked for. Source: its documentation, `type`.
constexpr const char* kMargin =
    R"({"type": 1, "training": false, "iteration_begin": 0, "iteration_end": 0, "strict_shape": true})";
constexpr const char* kShap =
    R"({"type": 2, "training": false, "iteration_begin": 0, "iteration_end": 0, "strict_shape": true})";

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

class Matrix {
 public:
  Matrix(const std::vector<float>& values, std::size_t rows) {
    require_success(
        XGDMatrixCreateFromMat(values.data(), rows, values.size() / rows, kMissing, &handle_),
        "taking values");
  }
  ~Matrix() { XGDMatrixFree(handle_); }
  Matrix(const Matrix&) = delete;
  Matrix& operator=(const Matrix&) = delete;
  DMatrixHandle handle() const { return handle_; }

 private:
  DMatrixHandle handle_ = nullptr;
};

class XgboostModel final : public TreeModel {
 public:
  XgboostModel(std::string_view file, const ConfigValue& where, std::size_t inputs,
               std::vector<std::size_t> features)
      : inputs_(inputs), features_(std::move(features)) {
    require_success(XGBoosterCreate(nullptr, 0, &booster_), "making a booster");
    // The library writes warnings to stderr otherwise.
    const bool quiet = XGBoosterSetParam(booster_, "verbosity", "0") == 0;
    const bool loaded =
        quiet && XGBoosterLoadModelFromBuffer(booster_, file.data(), file.size()) == 0;
    const bool serial = loaded && XGBoosterSetParam(booster_, "nthread", "1") == 0;
    if (!serial) {
      XGBoosterFree(booster_);
      where.reject("a model that this version of XGBoost reads");
    }
  }
  ~XgboostModel() override { XGBoosterFree(booster_); }
  XgboostModel(const XgboostModel&) = delete;
  XgboostModel& operator=(const XgboostModel&) = delete;

  std::vector<double> logits(std::span<const InputRow> rows) const override {
    const std::vector<float> margins = predict(rows, kMargin);
    return {margins.begin(), margins.end()};
  }

  Explanation explain(const InputRow& row) const override {
    const std::vector<float> parts = predict({&row, 1}, kShap);
    if (parts.size() != features_.size() + 1) {
      throw Error(ErrorCode::internal, "XGBoost explained other features than the model's");
    }
    Explanation explanation{.by_input = std::vector<double>(inputs_)};
    double rest = logits({&row, 1}).front();
    for (std::size_t i = 0; i < features_.size(); ++i) {
      explanation.by_input[features_[i]] = parts[i];
      rest -= parts[i];
    }
    // The library's own value, parts.back(), but for the rounding of its float32 sums.
    explanation.reference_logit = rest;
    return explanation;
  }

 private:
  std::vector<float> predict(std::span<const InputRow> rows, const char* config) const {
    std::vector<float> values;
    values.reserve(rows.size() * features_.size());
    for (const InputRow& row : rows) {
      for (const std::size_t feature : features_) {
        values.push_back(row.missing[feature] ? kMissing : static_cast<float>(row.values[feature]));
      }
    }
    const std::scoped_lock alone(mutex_);
    const Matrix matrix(values, rows.size());
    const bst_ulong* shape = nullptr;
    bst_ulong dimensions = 0;
    const float* result = nullptr;
    require_success(XGBoosterPredictFromDMatrix(booster_, matrix.handle(), config, &shape,
                                                &dimensions, &result),
                    "predicting");
    std::size_t count = 1;
    for (bst_ulong i = 0; i < dimensions; ++i) count *= shape[i];
    return {result, result + count};
  }

  std::size_t inputs_;
  std::vector<std::size_t> features_;
  BoosterHandle booster_ = nullptr;
  mutable std::mutex mutex_;
};

}  // namespace

std::shared_ptr<const TreeModel> TreeModel::load(std::string_view file, const ConfigValue& where,
                                                 const std::vector<LearnedInput>& inputs,
                                                 std::vector<std::size_t> features) {
  std::vector<std::string> names;
  for (const std::size_t feature : features) names.push_back(inputs[feature].variable);
  check_tree_file(file, names, where);
  return std::make_shared<XgboostModel>(file, where, inputs.size(), std::move(features));
}

}  // namespace aicovid

#else

namespace aicovid {

std::shared_ptr<const TreeModel> TreeModel::load(std::string_view, const ConfigValue&,
                                                 const std::vector<LearnedInput>&,
                                                 std::vector<std::size_t>) {
  throw Error(ErrorCode::unsupported, "this build has no XGBoost (AICOVID_WITH_XGBOOST)");
}

}  // namespace aicovid

#endif
