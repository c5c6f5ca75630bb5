#include "attributes.hpp"

#include "element_check.hpp"
#include "memory_stream.hpp"
#include "terms.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

namespace aicovid::dicom {
namespace {

[[noreturn]] void throw_other_vr(const DcmTagKey& key, DcmEVR vr) {
  const bool is_known = vr != EVR_UNKNOWN && vr != EVR_UNKNOWN2B;
  throw Error(ErrorCode::corrupt,
              fmt::format("{} has the value representation {}; expected that of the dictionary, or "
                          "UN of such a value",
                          tag_of(key), is_known ? DcmVR(vr).getVRName() : kUnlisted));
}

/// The attribute `key` that `unknown`, of the value representation UN and of defined length, holds:
/// read by the dictionary. The value of UN is in implicit VR little endian, whatever the transfer
/// syntax of the file (PS3.5 6.2.2). Null where it cannot be read as that.
/// @throws Error{corrupt} where tags of its items do not ascend
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

  // Nobody would hear of tags that do not ascend in such a value, so they are refused.
  ElementCheck check(bytes, EXS_LittleEndianImplicit, OutOfOrder::refuse);
  const auto damage = check.until(DCM_UndefinedTagKey).damage;
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

/// Whether the value is bulk data or a sequence. DCMTK gives the bytes of these as hexadecimal
/// digits, which would pass for a number.
bool is_bulk(DcmEVR vr) {
  switch (vr) {
    case EVR_OB:
    case EVR_OW:
    case EVR_OD:
    case EVR_OF:
    case EVR_OL:
    case EVR_OV:
    case EVR_ox:
    case EVR_SQ:
      return true;
    default:
      return false;
  }
}

/// The first of the values that a backslash separates, without blanks.
std::string first_value(const std::string& values) {
  return normalised(values.substr(0, values.find('\\')));
}

/// The number that the digits are; `T` is long or double. IS and DS allow a leading plus sign,
/// which std::from_chars does not.
template <typename T>
std::optional<T> parse(std::string_view digits) {
  if (digits.starts_with('+')) digits.remove_prefix(1);
  T value{};
  const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (status != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

[[noreturn]] void throw_not_a_number(const DcmTagKey& key) {
  throw Error(ErrorCode::corrupt,
              fmt::format("{} is {}; expected a number", tag_of(key), kUnlisted));
}

}  // namespace

void check_memory(const OFCondition& status) {
  if (status == EC_MemoryExhausted) throw std::bad_alloc();
}

std::string tag_of(const DcmTagKey& key) {
  return fmt::format("{:04x},{:04x}", key.getGroup(), key.getElement());
}

DcmElement* element(DcmItem& item, const DcmTagKey& key) {
  DcmElement* found = nullptr;
  if (item.findAndGetElement(key, found).bad() || found == nullptr || found->getLength() == 0)
    return nullptr;
  if (found->getVR() == EVR_UN) {
    auto known = by_dictionary(*found, key);
    if (!known) throw_other_vr(key, EVR_UN);
    found = known.get();
    if (item.insert(known.get(), true).bad()) throw_other_vr(key, EVR_UN);
    (void)known.release();  // it belongs to the item
  }
  const DcmEVR vr = found->getVR();
  if (vr == EVR_UN || vr == EVR_UNKNOWN || vr == EVR_UNKNOWN2B) throw_other_vr(key, vr);
  return found;
}

std::string text(DcmItem& item, const DcmTagKey& key) {
  DcmElement* found = element(item, key);
  if (found == nullptr) return {};
  OFString value;
  if (is_bulk(found->getVR()) || found->getOFStringArray(value).bad())
    throw_other_vr(key, found->getVR());
  return {value.c_str(), value.length()};
}

std::optional<long> integer(DcmItem& item, const DcmTagKey& key) {
  DcmElement* found = element(item, key);
  if (found == nullptr) return std::nullopt;
  switch (found->getVR()) {
    case EVR_US:
    case EVR_xs: {
      Uint16 value = 0;
      if (found->getUint16(value).good()) return value;
      break;
    }
    case EVR_SS: {
      Sint16 value = 0;
      if (found->getSint16(value).good()) return value;
      break;
    }
    case EVR_UL: {
      Uint32 value = 0;
      if (found->getUint32(value).good()) return static_cast<long>(value);
      break;
    }
    case EVR_SL: {
      Sint32 value = 0;
      if (found->getSint32(value).good()) return value;
      break;
    }
    default: {
      const std::string digits = first_value(text(item, key));
      if (digits.empty()) return std::nullopt;
      if (const auto value = parse<long>(digits)) return value;
    }
  }
  throw_not_a_number(key);
}

std::optional<int> pixel_value(DcmItem& item, const DcmTagKey& key, unsigned long index,
                               bool is_signed) {
  DcmElement* found = element(item, key);
  if (found == nullptr) return std::nullopt;
  std::optional<std::uint16_t> word;
  if (found->getVR() == EVR_SS) {
    Sint16 value = 0;
    if (found->getSint16(value, index).good()) word = static_cast<std::uint16_t>(value);
  } else {
    Uint16 value = 0;
    if (found->getUint16(value, index).good()) word = value;
  }
  if (!word) throw_not_a_number(key);
  return is_signed ? static_cast<std::int16_t>(*word) : static_cast<int>(*word);
}

std::optional<double> decimal(DcmItem& item, const DcmTagKey& key) {
  DcmElement* found = element(item, key);
  if (found == nullptr) return std::nullopt;
  std::optional<double> value;
  if (found->getVR() == EVR_FD || found->getVR() == EVR_FL) {
    Float64 binary = 0;
    if (found->getFloat64(binary).good()) value = binary;
  } else {
    const std::string digits = first_value(text(item, key));
    if (digits.empty()) return std::nullopt;
    value = parse<double>(digits);
  }
  if (!value) throw_not_a_number(key);
  if (!std::isfinite(*value)) {
    throw Error(ErrorCode::corrupt,
                fmt::format("{} is {}; expected a finite number", tag_of(key), *value));
  }
  return value;
}

std::optional<std::pair<double, double>> decimal_pair(DcmItem& item, const DcmTagKey& key) {
  const std::string values = text(item, key);
  const std::size_t split = values.find('\\');
  if (split == std::string::npos) return std::nullopt;
  const auto first = parse<double>(normalised(values.substr(0, split)));
  const auto second = parse<double>(first_value(values.substr(split + 1)));
  if (!first || !second) return std::nullopt;
  return std::pair{*first, *second};
}

DcmSequenceOfItems* sequence(DcmItem& item, const DcmTagKey& key) {
  DcmElement* found = element(item, key);
  if (found == nullptr) return nullptr;
  if (found->getVR() != EVR_SQ) throw_other_vr(key, found->getVR());
  return dynamic_cast<DcmSequenceOfItems*>(found);
}

DcmItem* first_item(DcmItem& item, const DcmTagKey& key) {
  DcmSequenceOfItems* items = sequence(item, key);
  return items == nullptr || items->card() == 0 ? nullptr : items->getItem(0);
}

std::string code_value(DcmItem& item, const DcmTagKey& key) {
  DcmItem* code = first_item(item, key);
  return code == nullptr ? std::string() : normalised(text(*code, DCM_CodeValue));
}

}  // namespace aicovid::dicom
