#include "dicom_outline.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace aicovid::fuzz {
namespace {

constexpr std::uint32_t kUndefined = 0xffffffff;
constexpr std::uint32_t kPixelData = 0x7fe00010;
constexpr std::size_t kFirstElement = 132;
constexpr std::size_t kMostEntries = 500;
constexpr int kMostDepth = 8;

/// VRs with a length of 4 bytes behind 2 reserved ones (PS3.5 7.1.2).
bool has_long_length(std::array<char, 2> vr) {
  constexpr std::string_view list = "OBODOFOLOVOWSQSVUCUNURUTUV";
  for (std::size_t i = 0; i < list.size(); i += 2)
    if (vr[0] == list[i] && vr[1] == list[i + 1]) return true;
  return false;
}

class Walker {
 public:
  Walker(const Bytes& bytes, Outline& outline) : bytes_(bytes), outline_(outline) {}

  /// Walks elements up to `end` or a delimiter; returns where it stopped.
  std::size_t walk(std::size_t at, std::size_t end, int depth, bool meta) {
    while (at + 8 <= end && outline_.entries.size() < kMostEntries) {
      const bool big = !meta && outline_.is_big_endian;
      Entry entry;
      entry.at = at;
      entry.depth = depth;
      entry.tag = get(at, 2, big) << 16 | get(at + 2, 2, big);
      if (meta && entry.tag >> 16 != 2) return at;
      const bool delimiter = entry.tag >> 16 == 0xfffe;
      entry.length_at = at + 4;
      if (!delimiter && (meta || outline_.is_explicit)) {
        entry.vr = {static_cast<char>(bytes_[at + 4]), static_cast<char>(bytes_[at + 5])};
        entry.length_bytes = has_long_length(entry.vr) ? 4 : 2;
        entry.length_at = at + (entry.length_bytes == 4 ? 8 : 6);
      }
      entry.value_at = entry.length_at + entry.length_bytes;
      if (entry.value_at > end) return at;
      const std::uint32_t length = get(entry.length_at, entry.length_bytes, big);
      entry.is_undefined = length == kUndefined;
      entry.value_bytes =
          entry.is_undefined ? 0 : std::min<std::size_t>(length, end - entry.value_at);
      const std::size_t index = outline_.entries.size();
      outline_.entries.push_back(entry);
      const bool holds = entry.is_undefined || entry.is_item() || entry.vr == std::array{'S', 'Q'};
      const bool fragment = entry.is_item() && in_pixels_;
      at = entry.end();
      if (entry.tag == 0xfffee00d || entry.tag == 0xfffee0dd) return at;
      if (holds && !fragment && depth < kMostDepth) {
        const bool outer = in_pixels_;
        in_pixels_ = entry.is_undefined && entry.tag == kPixelData;
        const std::size_t inner_end = entry.is_undefined ? end : entry.end();
        const std::size_t stopped = walk(entry.value_at, inner_end, depth + 1, meta);
        in_pixels_ = outer;
        if (entry.is_undefined) {
          outline_.entries[index].value_bytes = stopped - entry.value_at;
          at = stopped;
        }
      }
    }
    return at;
  }

 private:
  std::uint32_t get(std::size_t at, std::size_t count, bool big) const {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i)
      value = value << 8 | bytes_[at + (big ? i : count - 1 - i)];
    return value;
  }

  const Bytes& bytes_;
  Outline& outline_;
  bool in_pixels_ = false;
};

}  // namespace

const Entry* Outline::find(std::uint32_t tag) const {
  const auto found = std::ranges::find_if(
      entries, [tag](const Entry& entry) { return entry.tag == tag && entry.depth == 0; });
  return found == entries.end() ? nullptr : &*found;
}

Outline outline_of(const Bytes& bytes) {
  Outline outline;
  Walker walker(bytes, outline);
  std::size_t at = 0;
  if (bytes.size() >= kFirstElement && std::equal(&bytes[128], &bytes[132], "DICM")) {
    at = walker.walk(kFirstElement, bytes.size(), 0, true);
    outline.dataset_at = at;
  }
  if (const Entry* syntax = outline.find(0x00020010)) {
    outline.transfer_syntax.assign(bytes.begin() + static_cast<std::ptrdiff_t>(syntax->value_at),
                                   bytes.begin() + static_cast<std::ptrdiff_t>(syntax->end()));
    while (!outline.transfer_syntax.empty() && outline.transfer_syntax.back() == '\0')
      outline.transfer_syntax.pop_back();
  }
  outline.is_explicit = outline.transfer_syntax != "1.2.840.10008.1.2";
  outline.is_big_endian = outline.transfer_syntax == "1.2.840.10008.1.2.2";
  // Nothing can be made out of a deflated data set.
  if (outline.transfer_syntax != "1.2.840.10008.1.2.1.99") walker.walk(at, bytes.size(), 0, false);
  return outline;
}

void put(Bytes& bytes, std::size_t at, std::size_t count, std::uint32_t value, bool big_endian) {
  for (std::size_t i = 0; i < count; ++i) {
    bytes[at + (big_endian ? count - 1 - i : i)] = static_cast<std::uint8_t>(value);
    value >>= 8;
  }
}

void set_value(Bytes& bytes, const Entry& entry, const Bytes& value, bool big_endian) {
  const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(entry.value_at);
  const auto at = bytes.erase(from, from + static_cast<std::ptrdiff_t>(entry.value_bytes));
  bytes.insert(at, value.begin(), value.end());
  put(bytes, entry.length_at, entry.length_bytes, static_cast<std::uint32_t>(value.size()),
      big_endian);
}

Bytes encoded(const Outline& outline, std::uint32_t tag, const char* vr, const Bytes& value) {
  const bool big = outline.is_big_endian;
  const auto length = static_cast<std::uint32_t>(value.size());
  Bytes bytes(8);
  put(bytes, 0, 2, tag >> 16, big);
  put(bytes, 2, 2, tag & 0xffff, big);
  if (!outline.is_explicit || tag >> 16 == 0xfffe) {
    put(bytes, 4, 4, length, big);
  } else {
    bytes[4] = static_cast<std::uint8_t>(vr[0]);
    bytes[5] = static_cast<std::uint8_t>(vr[1]);
    if (has_long_length({vr[0], vr[1]})) {
      bytes.resize(12);
      put(bytes, 8, 4, length, big);
    } else {
      put(bytes, 6, 2, length, big);
    }
  }
  bytes.insert(bytes.end(), value.begin(), value.end());
  return bytes;
}

void mend_group_length(Bytes& bytes) {
  const Outline outline = outline_of(bytes);
  const Entry* length = outline.find(0x00020000);
  if (length == nullptr || length->value_bytes != 4 || outline.dataset_at < length->end()) return;
  put(bytes, length->value_at, 4, static_cast<std::uint32_t>(outline.dataset_at - length->end()),
      false);
}

void mend_tag_order(Bytes& bytes) {
  const Outline outline = outline_of(bytes);
  std::vector<Entry> elements;
  std::ranges::copy_if(outline.entries, std::back_inserter(elements),
                       [](const Entry& entry) { return entry.depth == 0; });
  if (elements.empty()) return;
  const auto begin = bytes.begin();
  const auto at = [begin](std::size_t offset) {
    return begin + static_cast<std::ptrdiff_t>(offset);
  };
  Bytes mended(begin, at(elements.front().at));
  const Bytes rest(at(elements.back().end()), bytes.end());
  // The file meta information stays before the data set.
  const auto key = [&outline](const Entry& entry) {
    return std::pair(entry.at >= outline.dataset_at, entry.tag);
  };
  std::ranges::stable_sort(elements, {}, key);
  const auto same = [&key](const Entry& a, const Entry& b) { return key(a) == key(b); };
  elements.erase(std::unique(elements.begin(), elements.end(), same), elements.end());
  for (const Entry& element : elements)
    mended.insert(mended.end(), at(element.at), at(element.end()));
  mended.insert(mended.end(), rest.begin(), rest.end());
  bytes = std::move(mended);
}

}  // namespace aicovid::fuzz
