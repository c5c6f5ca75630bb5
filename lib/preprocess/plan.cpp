#include "cpu_driver.hpp"
#include "program.hpp"
#include "recipe.hpp"

#include <aicovid/plan.hpp>

namespace aicovid {

struct Plan::State {
  Recipe recipe;
};

Plan Plan::parse_json(std::string_view json) {
  return Plan(std::make_shared<const State>(State{.recipe = parse_recipe(json)}));
}

bool Plan::needs_lung_box() const noexcept { return state_->recipe.needs_lung_box; }

Plan::Shape Plan::output_shape() const noexcept {
  const Recipe& recipe = state_->recipe;
  return {
      .channels = recipe.channels, .height = recipe.resize.height, .width = recipe.resize.width};
}

PlanOutput Plan::run(const Radiograph& radiograph, const std::optional<Rectangle>& lung_box) const {
  const Program program = make_program(state_->recipe, radiograph, lung_box);
  return {.tensor = run_on_cpu(program, radiograph), .source = program.source};
}

}  // namespace aicovid
