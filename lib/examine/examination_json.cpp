#include "core/base64.hpp"
#include "core/checked_json.hpp"
#include "core/radiograph_json.hpp"
#include "findings/findings_json.hpp"

#include <aicovid/error.hpp>
#include <aicovid/examination.hpp>
#include <aicovid/version.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstring>

namespace aicovid {

extern const char* const kExaminationSchema;

namespace {

static_assert(std::endian::native == std::endian::little, "numbers are written as they lie");

constexpr std::string_view kSchemaName = "aicovid.examination/1";

Error bad_member(const std::string& path, const std::string& reason) {
  return {ErrorCode::corrupt, fmt::format("examination: {} {}", path, reason)};
}

/// Texts go into reports and messages, of which a line must stay one.
void require_plain_texts(const OrderedJson& json, const std::string& path) {
  if (json.is_string()) {
    const auto& text = json.get_ref<const std::string&>();
    if (std::ranges::any_of(text, [](unsigned char c) { return c < ' ' || c == 0x7f; })) {
      throw bad_member(path, "holds a control character");
    }
  }
  if (!json.is_structured()) return;
  for (const auto& item : json.items()) {
    require_plain_texts(item.value(), fmt::format("{}/{}", path, item.key()));
  }
}

std::string time_to_text(std::chrono::sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

/// @param text  in the form that the schema asks for
std::chrono::sys_seconds read_time(const std::string& text, const std::string& path) {
  const auto number = [&text](std::size_t start, std::size_t length) {
    return std::stoi(text.substr(start, length));
  };
  const std::chrono::year_month_day date(std::chrono::year(number(0, 4)),
                                         std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                         std::chrono::day(static_cast<unsigned>(number(8, 2))));
  const int hours = number(11, 2);
  const int minutes = number(14, 2);
  const int seconds = number(17, 2);
  if (!date.ok() || hours > 23 || minutes > 59 || seconds > 59) {
    throw bad_member(path, "is no time; expected one like 2020-04-01T10:00:00Z");
  }
  return std::chrono::sys_days(date) + std::chrono::hours(hours) + std::chrono::minutes(minutes) +
         std::chrono::seconds(seconds);
}

/// What reports leave out.
OrderedJson patient_to_json(const ImageHeader& header) {
  OrderedJson json = OrderedJson::object();
  if (header.patient_sex) json["sex"] = *header.patient_sex == Sex::male ? "male" : "female";
  if (header.patient_age_years) json["age_years"] = *header.patient_age_years;
  if (header.acquired) {
    json["acquired"] = {{"earliest", time_to_text(header.acquired->earliest)},
                        {"latest", time_to_text(header.acquired->latest)}};
  }
  return json;
}

void read_patient(const OrderedJson& patient, ImageHeader& header) {
  if (patient.contains("sex")) {
    header.patient_sex = patient.at("sex") == "male" ? Sex::male : Sex::female;
  }
  if (patient.contains("age_years")) header.patient_age_years = patient.at("age_years");
  if (patient.contains("acquired")) {
    const OrderedJson& acquired = patient.at("acquired");
    header.acquired =
        AcquisitionTime{read_time(acquired.at("earliest"), "/patient/acquired/earliest"),
                        read_time(acquired.at("latest"), "/patient/acquired/latest")};
    if (header.acquired->earliest > header.acquired->latest) {
      throw bad_member("/patient/acquired", "ends before it begins");
    }
  }
}

OrderedJson rectangle_to_json(const Rectangle& source) {
  return {source.y0, source.x0, source.y1, source.x1};
}

Rectangle read_rectangle(const OrderedJson& json) {
  return {json.at(0), json.at(1), json.at(2), json.at(3)};
}

OrderedJson tensor_to_json(const Tensor& tensor) {
  return {{"shape", tensor.shape()}, {"base64", to_base64(std::as_bytes(tensor.floats()))}};
}

std::vector<std::byte> read_bytes(const OrderedJson& json, std::size_t expected,
                                  const std::string& path) {
  auto bytes = from_base64(json.at("base64").get_ref<const std::string&>());
  if (!bytes) throw bad_member(path + "/base64", "is no base64; expected RFC 4648 with padding");
  if (bytes->size() != expected) {
    throw bad_member(path + "/base64",
                     fmt::format("holds {} bytes; expected {}", bytes->size(), expected));
  }
  return *std::move(bytes);
}

Tensor read_tensor(const OrderedJson& json, const std::string& path) {
  std::vector<std::int64_t> shape = json.at("shape");
  // The schema keeps each extent small; their product may still be more than any text can hold.
  constexpr std::int64_t kMost = std::int64_t{1} << 24;
  std::int64_t size = 1;
  for (const std::int64_t extent : shape) {
    size *= extent;
    if (size > kMost)
      throw bad_member(path + "/shape", fmt::format("has more than {} values", kMost));
  }
  const auto bytes = read_bytes(json, static_cast<std::size_t>(size) * sizeof(float), path);
  Tensor tensor(std::move(shape), DType::float32);
  std::memcpy(tensor.data(), bytes.data(), bytes.size());
  if (!std::ranges::all_of(tensor.floats(), [](float value) { return std::isfinite(value); })) {
    throw bad_member(path + "/base64", "holds a number that is not finite");
  }
  return tensor;
}

/// Four labels a byte, the first in its lowest bits.
OrderedJson mask_to_json(const LungMask& mask) {
  std::vector<std::byte> packed((mask.labels.size() + 3) / 4);
  for (std::size_t i = 0; i < mask.labels.size(); ++i) {
    packed[i / 4] |= std::byte{mask.labels[i]} << static_cast<int>(i % 4 * 2);
  }
  return {{"rows", mask.rows},
          {"columns", mask.columns},
          {"source", rectangle_to_json(mask.source)},
          {"base64", to_base64(packed)}};
}

LungMask read_mask(const OrderedJson& json) {
  LungMask mask{.rows = json.at("rows"),
                .columns = json.at("columns"),
                .labels = {},
                .source = read_rectangle(json.at("source"))};
  const auto size = static_cast<std::size_t>(mask.rows) * static_cast<std::size_t>(mask.columns);
  const auto packed = read_bytes(json, (size + 3) / 4, "/lung_mask");
  mask.labels.resize(size);
  for (std::size_t i = 0; i < size; ++i) {
    const std::byte label = (packed[i / 4] >> static_cast<int>(i % 4 * 2)) & std::byte{3};
    if (label == std::byte{3}) {
      throw bad_member("/lung_mask/base64", "holds a label 3; expected 0, 1 or 2");
    }
    mask.labels[i] = std::to_integer<std::uint8_t>(label);
  }
  return mask;
}

void read_gate(const OrderedJson& document, Examination& examination) {
  const OrderedJson& json = document.at("gate");
  for (const OrderedJson& entry : json.at("reasons")) {
    const std::string code = entry.at("code");
    if (std::ranges::find(gate_codes(), code, &GateCode::code) == gate_codes().end()) {
      throw bad_member(fmt::format("/gate/reasons/{}/code", examination.gate_reasons.size()),
                       "is no code of the gate");
    }
    examination.gate_reasons.push_back(
        {code, entry.at("tag"), entry.at("found"), entry.at("expected")});
  }
  const bool forced = json.at("verdict") == to_string(Verdict::forced);
  examination.verdict = verdict_of(examination.gate_reasons, forced);
  if (json.at("verdict") != to_string(examination.verdict)) {
    throw bad_member("/gate/verdict",
                     fmt::format("is {}; expected {} from its reasons", json.at("verdict").dump(),
                                 to_string(examination.verdict)));
  }
  const std::string_view status = examination.refused() ? "refused" : "ok";
  if (document.at("status") != status) {
    throw bad_member("/status", fmt::format("is {}; expected {} from the gate's verdict",
                                            document.at("status").dump(), status));
  }
}

void add_findings(const Examination& examination, OrderedJson& json) {
  if (!examination.findings) return;
  const ImageFindings& findings = *examination.findings;
  json["image"] = findings_to_json(findings);
  if (!findings.mask.empty()) json["lung_mask"] = mask_to_json(findings.mask);
  if (findings.attribution) {
    json["attribution"] = tensor_to_json(findings.attribution->map);
    json["attribution"]["source"] = rectangle_to_json(findings.attribution->source);
  }
}

void read_image(const OrderedJson& json, Examination& examination) {
  if (json.contains("image") == examination.refused()) {
    throw bad_member("/image", examination.refused()
                                   ? "is there; expected none, as the image was refused"
                                   : "is missing; expected it, as the image was not refused");
  }
  if (!json.contains("image")) return;
  ImageFindings findings = read_findings_json(json.at("image"));
  if (json.contains("lung_mask")) findings.mask = read_mask(json.at("lung_mask"));
  if (json.contains("attribution")) {
    const OrderedJson& attribution = json.at("attribution");
    findings.attribution = Attribution{read_tensor(attribution, "/attribution"),
                                       read_rectangle(attribution.at("source"))};
    if (findings.attribution->map.shape().size() != 2) {
      throw bad_member("/attribution/shape", "has not two extents; expected [h,w]");
    }
  }
  examination.findings = std::move(findings);
}

}  // namespace

std::string to_json(const Examination& examination, int indent) {
  const ModelInfo& model = examination.model;
  const ComputeInfo& compute = examination.compute;
  OrderedJson json = {{"schema", kSchemaName},
                      {"status", examination.refused() ? "refused" : "ok"},
                      {"created", examination.created},
                      {"software", {{"name", "aicovid"}, {"version", version()}}},
                      {"model",
                       {{"name", model.name},
                        {"version", model.version},
                        {"manifest_sha256", model.manifest_sha256},
                        {"licence", model.licence}}},
                      {"compute",
                       {{"device", compute.device},
                        {"backend", compute.backend},
                        {"precision", compute.precision},
                        {"decode", compute.decode}}},
                      {"input", header_to_json(examination.input, examination.pixel_sha256)},
                      {"patient", patient_to_json(examination.input)},
                      {"gate", gate_to_json(examination.verdict, examination.gate_reasons)}};
  if (!compute.cudnn.empty()) json["compute"]["cudnn"] = compute.cudnn;
  json["warnings"] = OrderedJson::array();
  for (const Warning& warning : examination.warnings) {
    json["warnings"].push_back({{"code", warning.code}, {"message", warning.message}});
  }
  add_findings(examination, json);
  if (examination.embedding) json["embedding"] = tensor_to_json(*examination.embedding);
  json["kept_outputs"] = OrderedJson::object();
  for (const auto& [name, tensor] : examination.kept_outputs) {
    json["kept_outputs"][name] = tensor_to_json(tensor);
  }
  json["rejudge"] = examination.rejudge;
  json["timing_ms"] = {{"read", examination.timing_ms.read},
                       {"decode", examination.timing_ms.decode},
                       {"preprocess", examination.timing_ms.preprocess},
                       {"infer", examination.timing_ms.infer}};
  require_finite(json, "examination");
  return json.dump(indent, ' ', false, OrderedJson::error_handler_t::replace);
}

Examination parse_examination(std::string_view text) {
  const OrderedJson json =
      parse_checked(text, JsonCheck{.schema = kExaminationSchema, .what = "examination"});
  require_plain_texts(json, "");
  Examination examination;
  examination.created = json.at("created");
  const OrderedJson& model = json.at("model");
  examination.model = {model.at("name"), model.at("version"), model.at("manifest_sha256"),
                       model.at("licence")};
  const OrderedJson& compute = json.at("compute");
  examination.compute = {.device = compute.at("device"),
                         .backend = compute.at("backend"),
                         .precision = compute.at("precision"),
                         .decode = compute.at("decode"),
                         .cudnn = compute.value("cudnn", std::string())};
  examination.input = read_header_json(json.at("input"));
  read_patient(json.at("patient"), examination.input);
  examination.pixel_sha256 = json.at("input").value("pixel_sha256", std::string());
  read_gate(json, examination);
  for (const OrderedJson& warning : json.at("warnings")) {
    examination.warnings.push_back({warning.at("code"), warning.at("message")});
  }
  read_image(json, examination);
  if (json.contains("embedding"))
    examination.embedding = read_tensor(json.at("embedding"), "/embedding");
  for (const auto& [name, tensor] : json.at("kept_outputs").items()) {
    examination.kept_outputs[name] = read_tensor(tensor, "/kept_outputs/" + name);
  }
  examination.rejudge = json.at("rejudge");
  const OrderedJson& timing = json.at("timing_ms");
  examination.timing_ms = {.read = timing.at("read"),
                           .decode = timing.at("decode"),
                           .preprocess = timing.at("preprocess"),
                           .infer = timing.at("infer")};
  return examination;
}

}  // namespace aicovid
