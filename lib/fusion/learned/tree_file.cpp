#include "learned/tree_file.hpp"

#include "core/json.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <array>
#include <cstdint>

namespace aicovid {

namespace {

using nlohmann::json;

/// Follows a path of names; null if there is nothing.
const json* at(const json& root, std::initializer_list<const char*> path) {
  const json* node = &root;
  for (const char* name : path) {
    if (!node->is_object() || !node->contains(name)) return nullptr;
    node = &node->at(name);
  }
  return node;
}

/// A number that the file may write as a text.
std::string written(const json* value) {
  if (!value) return "";
  return value->is_string() ? value->get<std::string>() : value->dump();
}

/// Lists that the library reads with as many members as the tree has nodes.
constexpr std::array<const char*, 6> kNodeLists = {
    "base_weights", "default_left", "loss_changes", "parents", "split_conditions", "sum_hessian"};

std::vector<std::int64_t> whole_numbers(const json* list, std::size_t count,
                                        const ConfigValue& where) {
  std::vector<std::int64_t> numbers;
  if (list && list->is_array()) {
    for (const json& item : *list) {
      if (!item.is_number_integer() && !item.is_boolean()) break;
      numbers.push_back(item.is_boolean() ? item.get<bool>() : item.get<std::int64_t>());
    }
  }
  if (numbers.size() != count) where.reject("trees with one number for each node");
  return numbers;
}

/// From the root each node is reached exactly once, and every split is on a feature.
void check_tree(const json& tree, std::size_t features, const ConfigValue& where) {
  const json* left_list = at(tree, {"left_children"});
  const std::size_t nodes = left_list && left_list->is_array() ? left_list->size() : 0;
  if (nodes == 0) where.reject("trees with nodes");
  const auto left = whole_numbers(left_list, nodes, where);
  const auto right = whole_numbers(at(tree, {"right_children"}), nodes, where);
  const auto split = whole_numbers(at(tree, {"split_indices"}), nodes, where);
  const auto kind = whole_numbers(at(tree, {"split_type"}), nodes, where);
  for (const char* name : kNodeLists) {
    const json* list = at(tree, {name});
    if (!list || !list->is_array() || list->size() != nodes) {
      where.reject("trees with one number for each node");
    }
  }
  if (written(at(tree, {"tree_param", "num_nodes"})) != std::to_string(nodes)) {
    where.reject("trees with as many nodes as they say");
  }
  std::vector<bool> reached(nodes);
  std::vector<std::size_t> open{0};
  while (!open.empty()) {
    const std::size_t node = open.back();
    open.pop_back();
    if (reached[node]) where.reject("trees without circles");
    reached[node] = true;
    if (left[node] == -1 && right[node] == -1) continue;  // a leaf
    for (const std::int64_t child : {left[node], right[node]}) {
      if (child < 0 || child >= static_cast<std::int64_t>(nodes)) {
        where.reject("trees whose children exist");
      }
      open.push_back(static_cast<std::size_t>(child));
    }
    if (split[node] < 0 || split[node] >= static_cast<std::int64_t>(features)) {
      where.reject("splits on the features alone");
    }
    if (kind[node] != 0) where.reject("numerical splits alone");
  }
}

void check_member(const std::string& found, std::string_view name, std::string_view expected,
                  const ConfigValue& where) {
  if (found != expected) {
    where.reject(fmt::format("an XGBoost model whose {} is {}", name, expected));
  }
}

/// What no text of JSON is may be UBJSON.
json read_model(std::string_view file) {
  try {
    return parse_json<json>(file, {.what = "trees", .code = ErrorCode::bad_bundle});
  } catch (const Error&) {
    return json::from_ubjson(file, true, false);
  }
}

}  // namespace

void check_tree_file(std::string_view file, const std::vector<std::string>& features,
                     const ConfigValue& where) {
  const json model = read_model(file);
  const json* learner = at(model, {"learner"});
  if (!learner) where.reject("an XGBoost model, saved as JSON or UBJSON");
  check_member(written(at(*learner, {"objective", "name"})), "objective", "binary:logistic", where);
  check_member(written(at(*learner, {"gradient_booster", "name"})), "booster", "gbtree", where);
  check_member(written(at(*learner, {"learner_model_param", "num_feature"})), "number of features",
               std::to_string(features.size()), where);
  const json* names = at(*learner, {"feature_names"});
  if (names && names->is_array() && !names->empty() && *names != json(features)) {
    where.reject(fmt::format("an XGBoost model of the features {}, in this order",
                             fmt::join(features, ", ")));
  }
  const json* trees = at(*learner, {"gradient_booster", "model", "trees"});
  if (!trees || !trees->is_array() || trees->empty()) where.reject("an XGBoost model with trees");
  for (const json& tree : *trees) check_tree(tree, features.size(), where);
  // Each tree belongs to class 0: one output.
  for (const auto group : whole_numbers(at(*learner, {"gradient_booster", "model", "tree_info"}),
                                        trees->size(), where)) {
    if (group != 0) where.reject("an XGBoost model with one output");
  }
}

}  // namespace aicovid
