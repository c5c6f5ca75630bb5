#include "utf8.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>

namespace aicovid {

namespace {

[[noreturn]] void reject(const std::string& message) {
  throw Error(ErrorCode::bad_clinical_input, message);
}

unsigned byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

void append_utf8(std::uint32_t point, std::string& text) {
  const auto add = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (point < 0x80) return add(point);
  if (point < 0x800) {
    add(0xC0 | (point >> 6U));
  } else if (point < 0x10000) {
    add(0xE0 | (point >> 12U));
    add(0x80 | ((point >> 6U) & 0x3FU));
  } else {
    add(0xF0 | (point >> 18U));
    add(0x80 | ((point >> 12U) & 0x3FU));
    add(0x80 | ((point >> 6U) & 0x3FU));
  }
  add(0x80 | (point & 0x3FU));
}

/// The bytes that a character of UTF-8 may have after its first one.
struct Following {
  std::size_t count = 0;
  unsigned low = 0x80;   ///< of the first of them
  unsigned high = 0xBF;  ///< of the first of them
};

/// Refuses what is written longer than it needs to be, halves of UTF-16, and what lies beyond
/// U+10FFFF: none of it begins a character.
bool find_following(unsigned first, Following& following) {
  if (first < 0x80) return true;
  if (first >= 0xC2 && first <= 0xDF) following.count = 1;
  if (first >= 0xE0 && first <= 0xEF) following.count = 2;
  if (first >= 0xF0 && first <= 0xF4) following.count = 3;
  if (first == 0xE0) following.low = 0xA0;
  if (first == 0xED) following.high = 0x9F;
  if (first == 0xF0) following.low = 0x90;
  if (first == 0xF4) following.high = 0x8F;
  return following.count > 0;
}

}  // namespace

std::string utf8_of_utf16(std::string_view bytes, ByteOrder order) {
  if (bytes.size() % 2 != 0)
    reject("the clinical values are UTF-16 with half a character at their end");
  const auto unit_at = [&](std::size_t i) -> std::uint32_t {
    const bool is_little = order == ByteOrder::little;
    return byte_at(bytes, is_little ? i : i + 1) + 256 * byte_at(bytes, is_little ? i + 1 : i);
  };
  std::string text;
  text.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    std::uint32_t point = unit_at(i);
    if (point >= 0xD800 && point <= 0xDFFF) {
      const std::uint32_t second = i + 2 < bytes.size() ? unit_at(i + 2) : 0;
      if (point >= 0xDC00 || second < 0xDC00 || second > 0xDFFF) {
        reject(
            fmt::format("the clinical values are UTF-16 with half a character at byte {}; "
                        "expected whole characters",
                        i + 3));
      }
      point = 0x10000 + ((point - 0xD800) << 10U) + (second - 0xDC00);
      i += 2;
    }
    append_utf8(point, text);
  }
  return text;
}

std::size_t length_of_utf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    Following following;
    if (!find_following(byte_at(text, i), following)) return i;
    if (i + following.count >= text.size()) return i;
    for (std::size_t k = 1; k <= following.count; ++k) {
      const unsigned byte = byte_at(text, i + k);
      if (byte < following.low || byte > following.high) return i;
      following = {.count = following.count};
    }
    i += 1 + following.count;
  }
  return text.size();
}

void require_utf8(std::string_view text, std::size_t first_line) {
  const std::size_t length = length_of_utf8(text);
  if (length == text.size()) return;
  const std::string_view before = text.substr(0, length);
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  const auto line_ends = static_cast<std::size_t>(std::ranges::count(before, '\n'));
  reject(
      fmt::format("the clinical values are no UTF-8 from line {}, column {} on; expected UTF-8 "
                  "(from Latin-1 or Windows-1252: iconv -f WINDOWS-1252 -t UTF-8)",
                  first_line + line_ends, length - line_start + 1));
}

}  // namespace aicovid
