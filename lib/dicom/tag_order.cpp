#include "tag_order.hpp"

#include "attributes.hpp"

#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace aicovid::dicom {
namespace {

/// How the elements of an item are written. UN of undefined length changes it (PS3.5 6.2.2).
struct Encoding {
  bool is_explicit;
  bool is_little;
};
constexpr Encoding kImplicitLittle{.is_explicit = false, .is_little = true};

/// DCMTK ends before: one level takes it 1 to 2 KB of 200 KB of stack.
constexpr int kMostLevels = 256;

/// Of a code string (PS3.5 6.2).
constexpr std::uint32_t kMostRecordType = 16;

struct Element {
  DcmTag tag;
  std::uint32_t length = 0;
  bool is_undefined() const { return length == DCM_UndefinedLength; }
};

/// Lengths, or items and delimiters, that are not where they should be.
struct Damage {
  std::size_t at;
};

class Walk {
 public:
  explicit Walk(std::span<const std::byte> bytes) : bytes_(bytes) {}

  /// Where it is damaged first, if it is.
  std::optional<Damage> dataset(Encoding encoding, const DcmTagKey& stop) {
    try {
      elements(bytes_.size(), encoding, stop);
    } catch (const Damage& damage) {
      return overrun_ ? overrun_ : damage;
    }
    return overrun_;
  }

 private:
  /// The elements of a data set or an item, up to `end` or to the delimiter of the item.
  void elements(std::size_t end, Encoding encoding, const DcmTagKey& stop) {
    std::optional<DcmTagKey> last;
    while (at_ < end) {
      const Element element = header(encoding);
      if (element.tag == DCM_ItemDelimitationItem && level_ > 0) return;
      if (element.tag.getEVR() == EVR_na) fail_structure();
      if (last && !(*last < element.tag)) {
        fail_tag_order(*last, element.tag, level_ == 0 ? nullptr : &sequence_);
      }
      last = element.tag;
      if (element.tag == stop) return;
      value(element, encoding);
    }
    if (at_ != end) note_overrun();
  }

  void value(const Element& element, Encoding encoding) {
    const DcmEVR vr = element.tag.getEVR();
    if (element.tag == DCM_DirectoryRecordType && !element.is_undefined() &&
        element.length > kMostRecordType) {
      throw Error(ErrorCode::corrupt,
                  fmt::format("{} has {} bytes; expected at most {}", tag_of(element.tag),
                              element.length, kMostRecordType));
    }
    if (element.tag == DCM_PixelData && element.is_undefined()) {
      items(element, std::nullopt);
    } else if (vr == EVR_SQ) {
      items(element, encoding);
    } else if (element.is_undefined()) {
      const bool is_bulk = vr == EVR_OB || vr == EVR_OW;
      items(element, is_bulk ? encoding : kImplicitLittle);
    } else {
      skip(element.length);
    }
  }

  /// @param encoding  of the elements in the items; nothing for fragments of pixel data
  void items(const Element& sequence, std::optional<Encoding> encoding) {
    if (++level_ > kMostLevels) fail_structure();
    const std::size_t end = end_of(sequence);
    while (at_ < end) {
      const Element item = header(encoding.value_or(kImplicitLittle));
      if (item.tag == DCM_SequenceDelimitationItem) break;
      if (item.tag != DCM_Item) fail_structure();
      if (encoding) {
        const DcmTagKey outer = std::exchange(sequence_, sequence.tag);
        elements(end_of(item), *encoding, DCM_UndefinedTagKey);
        sequence_ = outer;
      } else {
        skip(item.length);
      }
    }
    if (at_ > end) note_overrun();
    --level_;
  }

  /// Tag, value representation and length (PS3.5 7.1.2, 7.1.3). Items and delimiters have no value
  /// representation in either encoding.
  Element header(Encoding encoding) {
    const auto group = static_cast<std::uint16_t>(number(2, encoding));
    const auto element = static_cast<std::uint16_t>(number(2, encoding));
    DcmTag tag(group, element);
    if (!encoding.is_explicit || tag.getEVR() == EVR_na) return {tag, number(4, encoding)};
    const std::span<const std::byte> letters = take(2);
    const char name[3] = {std::to_integer<char>(letters[0]), std::to_integer<char>(letters[1]), 0};
    const DcmVR vr(name);
    tag.setVR(vr);
    if (!vr.usesExtendedLengthEncoding()) return {tag, number(2, encoding)};
    take(2);  // reserved
    return {tag, number(4, encoding)};
  }

  std::uint32_t number(std::size_t size, Encoding encoding) {
    const std::span<const std::byte> digits = take(size);
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const std::byte digit = digits[encoding.is_little ? size - 1 - i : i];
      value = value << 8 | std::to_integer<std::uint32_t>(digit);
    }
    return value;
  }

  /// DCMTK lets an item end with the bytes where its length asks for more.
  std::size_t end_of(const Element& container) const {
    return at_ + std::min<std::size_t>(container.length, bytes_.size() - at_);
  }

  std::span<const std::byte> take(std::size_t size) {
    if (size > bytes_.size() - at_) fail_structure();
    const auto taken = bytes_.subspan(at_, size);
    at_ += size;
    return taken;
  }
  void skip(std::size_t size) { take(size); }

  /// DCMTK goes on behind what overran its item or sequence, and so does the walk.
  void note_overrun() {
    if (!overrun_) overrun_ = Damage{at_};
  }
  [[noreturn]] void fail_structure() const { throw Damage{at_}; }

  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
  int level_ = 0;
  std::optional<Damage> overrun_;
  DcmTagKey sequence_;  ///< whose items are walked
};

}  // namespace

void fail_tag_order(const DcmTagKey& last, const DcmTagKey& tag, const DcmTagKey* sequence) {
  const std::string where =
      sequence == nullptr ? "" : fmt::format(" in an item of {}", tag_of(*sequence));
  throw Error(ErrorCode::corrupt,
              fmt::format("{} stands behind {}{}; expected tags in ascending order, each once",
                          tag_of(tag), tag_of(last), where));
}

std::optional<Error> check_elements(std::span<const std::byte> bytes, E_TransferSyntax syntax,
                                    const DcmTagKey& stop) {
  const DcmXfer xfer(syntax);
  const Encoding encoding{.is_explicit = xfer.isExplicitVR() != 0,
                          .is_little = xfer.isLittleEndian() != 0};
  const auto damage = Walk(bytes).dataset(encoding, stop);
  if (!damage) return std::nullopt;
  return Error(ErrorCode::corrupt,
               fmt::format("the sequences of the DICOM data set are damaged at byte {} of {}",
                           damage->at, bytes.size()));
}

}  // namespace aicovid::dicom
