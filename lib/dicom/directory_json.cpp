#include "core/json.hpp"

#include <aicovid/dicomdir.hpp>

#include <algorithm>

namespace aicovid {
namespace {

OrderedJson file_to_json(const DirectoryEntry& entry) {
  OrderedJson json = {{"record_type", entry.record_type}};
  const auto add_uid = [&json](const char* name, const std::string& uid) {
    if (!uid.empty()) json[name] = uid;
  };
  add_uid("sop_class_uid", entry.sop_class_uid);
  add_uid("sop_instance_uid", entry.sop_instance_uid);
  add_uid("transfer_syntax_uid", entry.transfer_syntax_uid);
  return json;
}

}  // namespace

std::string to_json(const std::vector<DirectoryEntry>& entries, int indent) {
  OrderedJson files = OrderedJson::array();
  for (const DirectoryEntry& entry : entries) files.push_back(file_to_json(entry));
  const OrderedJson json = {{"schema", "aicovid.inspect/1"},
                            {"source", "dicomdir"},
                            {"images", std::ranges::count_if(entries, &DirectoryEntry::is_image)},
                            {"files", std::move(files)}};
  return json.dump(indent, ' ', false, OrderedJson::error_handler_t::replace);
}

}  // namespace aicovid
