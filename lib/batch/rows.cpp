#include "rows.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace aicovid {

namespace {

using Json = nlohmann::ordered_json;

/// A column of a row: its name, and a text or number that may be missing.
struct Cell {
  std::string name;
  std::optional<std::string> text;
  std::optional<double> number;
};

Cell text_cell(std::string name, std::string_view text) {
  Cell cell{.name = std::move(name)};
  if (!text.empty()) cell.text = text;
  return cell;
}

Cell number_cell(std::string name, std::optional<double> number) {
  if (number && !std::isfinite(*number)) {
    throw Error(ErrorCode::internal, fmt::format("{} is not a finite number", name));
  }
  return {.name = std::move(name), .text = {}, .number = number};
}

std::string one_line(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, ' ');
  return text;
}

/// The codes, each once, in their order.
template <typename List>
std::string codes_of(const List& list) {
  std::vector<std::string_view> codes;
  std::string joined;
  for (const auto& one : list) {
    if (std::ranges::find(codes, one.code) != codes.end()) continue;
    codes.push_back(one.code);
    joined.append(joined.empty() ? "" : ";").append(one.code);
  }
  return joined;
}

void add_outcome(const std::string& name, const Outcome* outcome, std::vector<Cell>& cells) {
  const bool has_interval = outcome != nullptr && outcome->interval;
  const auto interval = has_interval ? *outcome->interval : RiskInterval{};
  const auto of = [&](bool there, double value) {
    return there ? std::optional(value) : std::nullopt;
  };
  cells.push_back(
      number_cell(name + "_probability", outcome ? outcome->probability : std::nullopt));
  cells.push_back(number_cell(name + "_low", of(has_interval, interval.low)));
  cells.push_back(number_cell(name + "_high", of(has_interval, interval.high)));
  cells.push_back(number_cell(name + "_index", outcome ? outcome->index : std::nullopt));
  cells.push_back(text_cell(name + "_status", outcome ? to_string(outcome->status) : ""));
}

std::optional<double> value_of(const std::optional<Estimate>& estimate) {
  return estimate ? std::optional(estimate->value) : std::nullopt;
}

std::string_view status_of(const PipelineResult& result) {
  const auto* report = std::get_if<RiskReport>(&result.outcome);
  if (report == nullptr) return "error";
  return report->refused() ? "refused" : "ok";
}

std::vector<Cell> cells_of(const std::vector<std::string>& outcomes, std::string_view file,
                           std::string_view id, const PipelineResult& result) {
  const auto* error = std::get_if<Error>(&result.outcome);
  static const RiskReport none;
  const auto* given = std::get_if<RiskReport>(&result.outcome);
  const RiskReport& report = given != nullptr ? *given : none;
  const ImageHeader header = result.header.value_or(ImageHeader{});
  const ImageFindings findings = report.findings.value_or(ImageFindings{});

  std::vector<Cell> cells;
  cells.push_back(text_cell("file", file));
  cells.push_back(text_cell("id", one_line(std::string(id))));
  cells.push_back(text_cell("sop_instance_uid", header.sop_instance_uid));
  cells.push_back(text_cell("status", status_of(result)));
  cells.push_back(text_cell("error", error ? to_string(error->code()) : ""));
  cells.push_back(text_cell("message", error ? one_line(error->what()) : ""));
  cells.push_back(text_cell("view", header.view));
  cells.push_back(text_cell("gate", codes_of(report.gate_reasons)));
  for (const std::string& name : outcomes) {
    const auto found = std::ranges::find(report.outcomes, name, &Outcome::name);
    add_outcome(name, found != report.outcomes.end() ? &*found : nullptr, cells);
  }
  cells.push_back(number_cell("brixia", value_of(findings.brixia)));
  cells.push_back(number_cell("extent", value_of(findings.extent)));
  cells.push_back(number_cell("opacity", value_of(findings.opacity)));
  cells.push_back(number_cell("infiltrates", findings.infiltrates));
  cells.push_back(text_cell("warnings", codes_of(report.warnings)));
  const auto& index = findings.severity_index;
  cells.push_back(
      number_cell("severity_index", index ? std::optional(index->value) : std::nullopt));
  return cells;
}

/// As JSON and CSV have it: 6 significant digits.
std::string to_text(double number) { return fmt::format("{:.6g}", number); }

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == text.npos) return text;
  std::string field = "\"";
  for (const char c : text) field.append(c == '"' ? 2 : 1, c);
  return field + '"';
}

std::string csv_line(const std::vector<Cell>& cells) {
  std::string line;
  for (const Cell& cell : cells) {
    if (cell.text) line += quoted(*cell.text);
    if (cell.number) line += to_text(*cell.number);
    line += ',';
  }
  line.pop_back();
  return line;
}

std::string json_text(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string json_line(const std::vector<Cell>& cells) {
  std::string line = R"({"schema":"aicovid.batch_row/1")";
  for (const Cell& cell : cells) {
    if (!cell.text && !cell.number) continue;
    const std::string value = cell.text ? json_text(*cell.text) : to_text(*cell.number);
    line.append(",").append(json_text(cell.name)).append(":").append(value);
  }
  return line + '}';
}

Error no_row() { return {ErrorCode::corrupt, "the line is no row of a batch"}; }

/// The first `count` fields of a line.
std::vector<std::string> fields_of(std::string_view line, std::size_t count) {
  std::vector<std::string> fields(1);
  bool within = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"' && within && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += line[++i];
    } else if (c == '"') {
      within = !within;
    } else if (c == ',' && !within) {
      if (fields.size() == count) return fields;
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  throw no_row();
}

RowHead read_csv(std::string_view line) {
  enum Column : std::uint8_t { file, id, sop_instance_uid, status, error, columns };
  std::vector<std::string> fields = fields_of(line, columns);
  return {.file = std::move(fields[file]),
          .id = std::move(fields[id]),
          .status = std::move(fields[status]),
          .error = std::move(fields[error])};
}

RowHead read_json(std::string_view line) {
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) throw no_row();
  const auto text = [&](const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : "";
  };
  return {.file = text("file"), .id = text("id"), .status = text("status"), .error = text("error")};
}

}  // namespace

std::string Rows::header() const {
  if (format_ == RowFormat::jsonl) return {};
  std::string names;
  for (const Cell& cell : cells_of(outcomes_, "", "", {.outcome = RiskReport{}})) {
    if (!names.empty()) names += ',';
    names += quoted(cell.name);
  }
  return names;
}

std::string Rows::row(std::string_view file, std::string_view id,
                      const PipelineResult& result) const {
  const std::vector<Cell> cells = cells_of(outcomes_, file, id, result);
  return format_ == RowFormat::csv ? csv_line(cells) : json_line(cells);
}

RowHead Rows::read(std::string_view line) const {
  RowHead head = format_ == RowFormat::csv ? read_csv(line) : read_json(line);
  if (head.status != "ok" && head.status != "refused" && head.status != "error") throw no_row();
  return head;
}

}  // namespace aicovid
