#include "core/radiograph_json.hpp"

#include <array>
#include <utility>

namespace aicovid {
namespace {

/// The texts of a header, by the members' names.
template <typename Header>
auto text_members(Header& header) {
  using Text = decltype(&header.source);
  return std::array<std::pair<const char*, Text>, 11>{{
      {"source", &header.source},
      {"sop_class_uid", &header.sop_class_uid},
      {"sop_instance_uid", &header.sop_instance_uid},
      {"study_instance_uid", &header.study_instance_uid},
      {"series_instance_uid", &header.series_instance_uid},
      {"transfer_syntax_uid", &header.transfer_syntax_uid},
      {"modality", &header.modality},
      {"view", &header.view},
      {"body_part", &header.body_part},
      {"photometric_interpretation", &header.photometric_interpretation},
      {"patient_orientation", &header.patient_orientation},
  }};
}

/// The whole numbers of a header, by the members' names.
template <typename Header>
auto number_members(Header& header) {
  using Number = decltype(&header.rows);
  return std::array<std::pair<const char*, Number>, 7>{{
      {"rows", &header.rows},
      {"columns", &header.columns},
      {"samples_per_pixel", &header.samples_per_pixel},
      {"frames", &header.frames},
      {"bits_allocated", &header.bits_allocated},
      {"bits_stored", &header.bits_stored},
      {"high_bit", &header.high_bit},
  }};
}

/// The header's members in `aicovid.inspect/1`, in their order.
constexpr std::initializer_list<const char*> kInspected = {
    "source",
    "sop_class_uid",
    "sop_instance_uid",
    "study_instance_uid",
    "series_instance_uid",
    "transfer_syntax_uid",
    "modality",
    "view",
    "body_part",
    "patient_orientation",
    "photometric_interpretation",
    "rows",
    "columns",
    "samples_per_pixel",
    "frames",
    "bits_allocated",
    "bits_stored",
    "signed",
    "lossy",
    "pixel_aspect",
};

OrderedJson grey_scale_to_json(const GreyScale& grey) {
  OrderedJson json = {{"modality", grey.modality_lut ? "lut" : "rescale"}};
  if (!grey.modality_lut) {
    json["slope"] = grey.rescale_slope;
    json["intercept"] = grey.rescale_intercept;
  }
  json["voi"] = grey.voi_lut ? "lut" : grey.window ? "window" : "none";
  if (!grey.voi_lut && grey.window) {
    json["window_centre"] = grey.window->centre;
    json["window_width"] = grey.window->width;
  }
  return json;
}

}  // namespace

OrderedJson header_to_json(const ImageHeader& header, const std::string& pixel_sha256) {
  OrderedJson json = OrderedJson::object();
  for (const auto& [name, text] : text_members(header)) {
    if (!text->empty()) json[name] = *text;
  }
  if (!pixel_sha256.empty()) json["pixel_sha256"] = pixel_sha256;
  for (const auto& [name, number] : number_members(header)) json[name] = *number;
  json["signed"] = header.is_signed;
  json["lossy"] = header.lossy;
  json["pixel_aspect"] = header.pixel_aspect;
  return json;
}

ImageHeader read_header_json(const OrderedJson& json) {
  ImageHeader header;
  for (const auto& [name, text] : text_members(header)) *text = json.value(name, std::string());
  for (const auto& [name, number] : number_members(header)) *number = json.at(name);
  header.is_signed = json.at("signed");
  header.lossy = json.at("lossy");
  header.pixel_aspect = json.at("pixel_aspect");
  return header;
}

OrderedJson members_of(const OrderedJson& object, std::initializer_list<const char*> names) {
  OrderedJson chosen = OrderedJson::object();
  for (const char* name : names) {
    if (object.contains(name)) chosen[name] = object.at(name);
  }
  return chosen;
}

OrderedJson gate_to_json(Verdict verdict, const std::vector<GateReason>& reasons) {
  OrderedJson list = OrderedJson::array();
  for (const GateReason& reason : reasons) {
    list.push_back({{"code", reason.code},
                    {"tag", reason.tag},
                    {"found", reason.found},
                    {"expected", reason.expected}});
  }
  return {{"verdict", to_string(verdict)}, {"reasons", std::move(list)}};
}

std::string to_json(const Radiograph& radiograph, std::string_view not_decoded, int indent) {
  const Verdict verdict = verdict_of(radiograph.gate_reasons(), false);
  OrderedJson json = {{"schema", "aicovid.inspect/1"}};
  json.update(members_of(header_to_json(radiograph.header(), ""), kInspected));
  json["grey_scale"] = grey_scale_to_json(radiograph.grey_scale());
  json["decoded"] = radiograph.has_pixels();
  if (!radiograph.has_pixels()) {
    if (!not_decoded.empty()) {
      json["not_decoded"] = not_decoded;
    } else if (verdict == Verdict::refused) {
      json["not_decoded"] = "refused by the tag gate";
    }
  }
  json["gate"] = gate_to_json(verdict, radiograph.gate_reasons());
  return json.dump(indent, ' ', false, OrderedJson::error_handler_t::replace);
}

}  // namespace aicovid
