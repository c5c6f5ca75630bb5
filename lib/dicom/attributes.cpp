#include "attributes.hpp"

#include "terms.hpp"
#include "unknown_vr.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <new>

namespace aicovid::dicom {
namespace {

[[noreturn]] void throw_other_vr(const DcmTagKey& key, DcmEVR vr) {
  const bool is_known = vr != EVR_UNKNOWN && vr != EVR_UNKNOWN2B;
  throw Error(ErrorCode::corrupt,
              fmt::format("{} has the value representation {}; expected that of the dictionary, or "
                          "UN of such a value",
                          tag_of(key), is_known ? DcmVR(vr).getVRName() : kUnlisted));
}

/// DCMTK gives the bytes of these as hexadecimal digits, which would pass for a number.
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

/// `T` is long or double. A leading plus sign, which IS and DS allow, is not one of from_chars's.
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
