#include "unknown_vr.hpp"

#include "element_check.hpp"
#include "memory_stream.hpp"

#include <cstdint>
#include <vector>

namespace aicovid::dicom {

std::unique_ptr<DcmElement> by_dictionary(DcmElement& unknown, const DcmTagKey& key) {
  const std::uint32_t length = unknown.getLength();
  Uint8* value = nullptr;
  if (unknown.getUint8Array(value).bad() || value == nullptr) return nullptr;
  std::vector<std::byte> bytes;
  const auto put = [&bytes](std::uint32_t number, int size) {
    for (int i = 0; i < size; ++i) bytes.push_back(static_cast<std::byte>(number >> (8 * i)));
  };
  put(key.getGroup(), 2);
  put(key.getElement(), 2);
  put(length, 4);
  const auto* first = reinterpret_cast<const std::byte*>(value);
  bytes.insert(bytes.end(), first, first + length);

  // Nobody would hear of tags that do not ascend in such a value.
  const auto damage =
      check_elements(bytes, EXS_LittleEndianImplicit, DCM_UndefinedTagKey, OutOfOrder::refuse)
          .damage;
  DcmDataset known;
  MemoryStream stream(bytes);
  known.transferInit();
  // All values are read at once: these bytes are gone when they would be asked for.
  constexpr Uint32 all_at_once = DCM_UndefinedLength;
  const OFCondition status =
      known.readUntilTag(stream, EXS_LittleEndianImplicit, EGL_noChange, all_at_once);
  known.transferEnd();
  if (status.bad() || stream.went_too_deep() || damage) return nullptr;
  return std::unique_ptr<DcmElement>(known.remove(key));
}

}  // namespace aicovid::dicom
