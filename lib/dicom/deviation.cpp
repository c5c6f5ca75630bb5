#include "deviation.hpp"

#include "attributes.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace aicovid::dicom {

void note(Deviations& deviations, std::string_view tag, std::string_view found,
          std::string_view expected) {
  append(deviations, {{.code = "nonconformant",
                       .tag = std::string(tag),
                       .found = std::string(found),
                       .expected = std::string(expected)}});
}

void append(std::vector<GateReason>& reasons, const Deviations& deviations) {
  for (const GateReason& deviation : deviations) {
    if (std::ranges::find(reasons, deviation) == reasons.end()) reasons.push_back(deviation);
  }
}

bool is_listed(const DcmTagKey& key) {
  if (key.getGroup() % 2 != 0) return false;
  const DcmDataDictionary& dictionary = dcmDataDict.rdlock();
  const DcmDictEntry* entry = dictionary.findEntry(key, nullptr);
  const bool listed = entry != nullptr && (key.getElement() != 0 || !entry->isRepeating());
  dcmDataDict.rdunlock();
  return listed;
}

std::string found_tag(const DcmTagKey& key) {
  return is_listed(key) ? tag_of(key) : "(unlisted tag)";
}

std::string found_tag(const DcmTagKey& key, std::size_t at) {
  return is_listed(key) ? tag_of(key) : fmt::format("(unlisted tag) at byte {}", at);
}

}  // namespace aicovid::dicom
