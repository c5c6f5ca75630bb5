#include "commands.hpp"
#include "npy.hpp"

#include <aicovid/dicomdir.hpp>

#include <fmt/format.h>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

namespace aicovid::cli {

namespace {

struct InspectArguments {
  std::string image;
  std::string pixels;
};

/// Says what was read, as JSON.
std::string describe(const std::string& file) {
  try {
    return to_json(read_radiograph(file), {}, 2);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::unsupported) throw;
    return to_json(read_radiograph(file, {.decode = Decode::none}), error.what(), 2);
  }
}

/// Writes a member a line, nested ones indented.
std::string to_text(const nlohmann::ordered_json& json, int indent) {
  std::string text;
  for (const auto& [name, value] : json.items()) {
    if (value.is_object()) {
      text += fmt::format("{:{}}{}\n", "", indent, name) + to_text(value, indent + 2);
    } else if (name == "files") {
      for (const auto& file : value) {
        text += fmt::format("{:{}}{:<{}}", "", indent, file["record_type"].get<std::string>(),
                            28 - indent);
        for (const auto& [member, uid] : file.items()) {
          if (member != "record_type") text += ' ' + uid.get<std::string>();
        }
        text += '\n';
      }
    } else if (value.is_array()) {
      for (const auto& reason : value) {
        const GateCode& code = gate_code(reason["code"].get<std::string>());
        const auto found = reason["found"].get<std::string>();
        text +=
            fmt::format("{:{}}{} {}: {}; found {}, expected {}\n", "", indent,
                        code.refuses ? "refused" : "flagged", code.code, code.meaning,
                        found.empty() ? "nothing" : found, reason["expected"].get<std::string>());
      }
    } else {
      text += fmt::format("{:{}}{:<{}} {}\n", "", indent, name, 28 - indent,
                          value.is_string() ? value.get<std::string>() : value.dump());
    }
  }
  return text;
}

void print(const std::string& json, Format format) {
  std::string text =
      format == Format::json ? json : to_text(nlohmann::ordered_json::parse(json), 0);
  if (text.ends_with('\n')) text.pop_back();
  print_line(text);
}

/// Gives what the file lists, if it is a DICOMDIR.
std::optional<std::vector<DirectoryEntry>> directory(const std::string& file) {
  try {
    return list_dicomdir(file);
  } catch (const Error&) {
    return std::nullopt;
  }
}

void write_pixels(const Radiograph& radiograph, const InspectArguments& arguments) {
  require_other_file(arguments.pixels, arguments.image);
  naming(arguments.pixels, [&] {
    write_npy(arguments.pixels, radiograph.data(), radiograph.size_bytes(), radiograph.pixel_type(),
              {radiograph.rows(), radiograph.columns()});
  });
}

int inspect(const InspectArguments& arguments, Format format) {
  if (!arguments.pixels.empty()) {
    const Radiograph radiograph = naming(arguments.image, [&] {
      return read_radiograph(arguments.image, {.decode_refused = true});
    });
    write_pixels(radiograph, arguments);
    print(to_json(radiograph, {}, 2), format);
  } else if (const auto entries = directory(arguments.image)) {
    print(to_json(*entries, 2), format);
  } else {
    print(naming(arguments.image, [&] { return describe(arguments.image); }), format);
  }
  return 0;
}

}  // namespace

void add_inspect(CLI::App& app, Run& run, Format& format) {
  auto arguments = std::make_shared<InspectArguments>();
  CLI::App* command = app.add_subcommand(
      "inspect", "Tell what the reader understood of a file, and what the gate says of it");
  command->add_option("IMAGE", arguments->image, "DICOM, PNG or JPEG file")->required();
  command->add_option("--pixels", arguments->pixels,
                      "write the stored values to this NumPy file, [H,W]");
  add_format_option(*command, format);
  command->callback([arguments, &run, &format] {
    run = [arguments, &format] { return inspect(*arguments, format); };
  });
}

}  // namespace aicovid::cli
