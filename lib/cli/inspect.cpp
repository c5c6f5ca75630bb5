#include "commands.hpp"
#include "npy.hpp"

#include <aicovid/dicomdir.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <cstdio>
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

/// What was read, and why there are no pixels where there are none.
struct Inspected {
  Radiograph radiograph;
  std::string not_decoded;
};

Inspected read(const InspectArguments& arguments) {
  if (!arguments.pixels.empty()) {
    return {read_radiograph(arguments.image, {.decode_refused = true}), ""};
  }
  try {
    Radiograph radiograph = read_radiograph(arguments.image);
    const bool decoded = radiograph.has_pixels();
    return {std::move(radiograph), decoded ? "" : "refused by the tag gate"};
  } catch (const Error& error) {
    if (error.code() != ErrorCode::unsupported) throw;
    return {read_radiograph(arguments.image, {.decode = Decode::none}), error.what()};
  }
}

/// Of a DICOMDIR; its file IDs, which are free text, are not repeated.
nlohmann::ordered_json to_json(const std::vector<DirectoryEntry>& entries) {
  nlohmann::ordered_json files = nlohmann::ordered_json::array();
  for (const DirectoryEntry& entry : entries) {
    nlohmann::ordered_json file = {{"record_type", entry.record_type}};
    const auto add_uid = [&file](const char* name, const std::string& uid) {
      if (!uid.empty()) file[name] = uid;
    };
    add_uid("sop_class_uid", entry.sop_class_uid);
    add_uid("sop_instance_uid", entry.sop_instance_uid);
    add_uid("transfer_syntax_uid", entry.transfer_syntax_uid);
    files.push_back(std::move(file));
  }
  return {{"schema", "aicovid.inspect/1"},
          {"source", "dicomdir"},
          {"images", std::ranges::count_if(entries, &DirectoryEntry::is_image)},
          {"files", std::move(files)}};
}

nlohmann::ordered_json to_json(const Inspected& inspected) {
  const ImageHeader& header = inspected.radiograph.header();
  const GreyScale& grey = inspected.radiograph.grey_scale();
  nlohmann::ordered_json json = {{"schema", "aicovid.inspect/1"}, {"source", header.source}};
  const auto add_text = [&json](const char* name, const std::string& value) {
    if (!value.empty()) json[name] = value;
  };
  add_text("sop_class_uid", header.sop_class_uid);
  add_text("sop_instance_uid", header.sop_instance_uid);
  add_text("study_instance_uid", header.study_instance_uid);
  add_text("series_instance_uid", header.series_instance_uid);
  add_text("transfer_syntax_uid", header.transfer_syntax_uid);
  add_text("modality", header.modality);
  add_text("view", header.view);
  add_text("body_part", header.body_part);
  add_text("patient_orientation", header.patient_orientation);
  add_text("photometric_interpretation", header.photometric_interpretation);
  json["rows"] = header.rows;
  json["columns"] = header.columns;
  json["samples_per_pixel"] = header.samples_per_pixel;
  json["frames"] = header.frames;
  json["bits_allocated"] = header.bits_allocated;
  json["bits_stored"] = header.bits_stored;
  json["signed"] = header.is_signed;
  json["lossy"] = header.lossy;
  json["pixel_aspect"] = header.pixel_aspect;
  json["grey_scale"] = {{"modality", grey.modality_lut ? "lut" : "rescale"}};
  if (!grey.modality_lut) {
    json["grey_scale"]["slope"] = grey.rescale_slope;
    json["grey_scale"]["intercept"] = grey.rescale_intercept;
  }
  json["grey_scale"]["voi"] = grey.voi_lut ? "lut" : grey.window ? "window" : "none";
  if (!grey.voi_lut && grey.window) {
    json["grey_scale"]["window_centre"] = grey.window->centre;
    json["grey_scale"]["window_width"] = grey.window->width;
  }
  json["decoded"] = inspected.not_decoded.empty();
  add_text("not_decoded", inspected.not_decoded);
  json["gate"]["verdict"] = to_string(verdict_of(inspected.radiograph.gate_reasons(), false));
  json["gate"]["reasons"] = nlohmann::ordered_json::array();
  for (const GateReason& reason : inspected.radiograph.gate_reasons()) {
    json["gate"]["reasons"].push_back({{"code", reason.code},
                                       {"tag", reason.tag},
                                       {"found", reason.found},
                                       {"expected", reason.expected}});
  }
  return json;
}

/// A member a line, nested ones indented.
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

void print(const nlohmann::ordered_json& json, Format format) {
  std::string text = format == Format::json ? json.dump(2) : to_text(json, 0);
  if (text.ends_with('\n')) text.pop_back();
  print_line(text);
}

/// What the file lists, if it is a DICOMDIR.
std::optional<std::vector<DirectoryEntry>> directory(const std::string& file) {
  try {
    return list_dicomdir(file);
  } catch (const Error&) {
    return std::nullopt;
  }
}

int inspect(const InspectArguments& arguments, Format format) {
  if (arguments.pixels.empty()) {
    if (const auto entries = directory(arguments.image)) {
      print(to_json(*entries), format);
      return 0;
    }
  }
  const Inspected inspected = naming(arguments.image, [&] { return read(arguments); });
  if (!arguments.pixels.empty()) {
    require_other_file(arguments.pixels, arguments.image);
    const Radiograph& radiograph = inspected.radiograph;
    naming(arguments.pixels, [&] {
      write_npy(arguments.pixels, radiograph.data(), radiograph.size_bytes(),
                radiograph.pixel_type(), {radiograph.rows(), radiograph.columns()});
    });
  }
  print(to_json(inspected), format);
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
