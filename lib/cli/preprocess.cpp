#include "commands.hpp"
#include "networks_input.hpp"
#include "npy.hpp"

#include <fmt/format.h>
#include <array>
#include <memory>
#include <optional>
#include <vector>

namespace aicovid::cli {

namespace {

struct PreprocessArguments {
  std::string image;
  std::string model = "severity";
  std::string plan;
  std::string recipe;
  std::string out;
  std::vector<double> lung_box;
  Decode decode = Decode::exact;
  bool force = false;
};

Plan load_plan(const PreprocessArguments& arguments) {
  if (!arguments.recipe.empty()) {
    const std::string text = read_text(arguments.recipe);
    return naming(arguments.recipe, [&] { return Plan::parse_json(text); });
  }
  return naming(arguments.model, [&] {
    return Assessor::load(arguments.model, {.networks = Networks::none}).plan(arguments.plan);
  });
}

/// A plan of a bundle sees what the bundle's networks see.
Radiograph read(const PreprocessArguments& arguments) {
  if (arguments.recipe.empty())
    return read_for(arguments.model, arguments.image, arguments.decode, arguments.force);
  return naming(arguments.image, [&] {
    return read_radiograph(arguments.image,
                           {.decode = arguments.decode, .decode_refused = arguments.force});
  });
}

int preprocess(const PreprocessArguments& arguments) {
  require_other_file(arguments.out, arguments.image);
  const Plan plan = load_plan(arguments);
  const Radiograph radiograph = read(arguments);
  if (!radiograph.has_pixels()) {
    const GateReason& reason = radiograph.gate_reasons().front();
    throw Error(ErrorCode::refused,
                fmt::format("{}: {} is {}; expected {} (--force decodes it all the same)",
                            arguments.image, reason.tag, reason.found, reason.expected));
  }
  std::optional<Rectangle> lung_box;
  if (!arguments.lung_box.empty()) {
    lung_box = {arguments.lung_box[0], arguments.lung_box[1], arguments.lung_box[2],
                arguments.lung_box[3]};
  }
  const PlanOutput output = naming(arguments.image, [&] { return plan.run(radiograph, lung_box); });
  const auto values = output.tensor.floats();
  naming(arguments.out, [&] {
    write_npy(arguments.out, values.data(), values.size_bytes(), output.tensor.shape());
  });
  return 0;
}

}  // namespace

void add_preprocess(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<PreprocessArguments>();
  CLI::App* command = app.add_subcommand(
      "preprocess", "Write the exact input that a network would get, as a NumPy file [1,C,H,W]");
  command->add_option("IMAGE", arguments->image, "DICOM, PNG or JPEG file")->required();
  CLI::Option* model = command->add_option("--model", arguments->model, "bundle that has the plan")
                           ->capture_default_str();
  CLI::Option* plan =
      command->add_option("--plan", arguments->plan, "name of the bundle's plan, such as mask_in");
  CLI::Option* recipe = command->add_option(
      "--recipe", arguments->recipe, "JSON file with a list of operations, instead of a plan");
  recipe->excludes(plan)->excludes(model);
  command
      ->add_option("--lung-box", arguments->lung_box,
                   "y0,x0,y1,x1 in pixels, for plans that crop to the lungs")
      ->delimiter(',')
      ->expected(4);
  command->add_option("--out", arguments->out, "NumPy file to write")->required();
  command->add_flag("--force", arguments->force, "also decode what the gate refuses");
  add_decode_option(*command, arguments->decode);
  command->callback([arguments, &run, plan, recipe] {
    if (plan->count() + recipe->count() != 1)
      throw CLI::RequiredError("one of --plan and --recipe");
    run = [arguments] { return preprocess(*arguments); };
  });
}

}  // namespace aicovid::cli
