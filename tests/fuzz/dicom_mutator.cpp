// The mutations of fuzz_dicom: libFuzzer's own on the bytes, and damage to the structure of a DICOM
// file, which random bytes would hardly ever do.

#include "dicom_outline.hpp"

#include <algorithm>
#include <iterator>
#include <random>
#include <string_view>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace aicovid::fuzz {
namespace {

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  std::size_t below(std::size_t count) { return count == 0 ? 0 : engine_() % count; }
  bool one_in(std::size_t count) { return below(count) == 0; }
  template <typename List>
  const auto& of(const List& list) {
    return *(std::begin(list) + static_cast<std::ptrdiff_t>(below(std::size(list))));
  }

 private:
  std::mt19937 engine_;
};

Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

/// All that decide how pixels are read, and some that only have to be passed over.
constexpr std::uint32_t kTags[] = {
    0x00020000, 0x00020002, 0x00020010, 0x00080005, 0x00080008, 0x00080016, 0x00080018, 0x00080060,
    0x00080068, 0x00082218, 0x00100010, 0x00100030, 0x00100040, 0x00101010, 0x00102201, 0x00180015,
    0x00181164, 0x00185101, 0x00200020, 0x00200060, 0x00280002, 0x00280004, 0x00280006, 0x00280008,
    0x00280010, 0x00280011, 0x00280030, 0x00280034, 0x00280100, 0x00280101, 0x00280102, 0x00280103,
    0x00280120, 0x00280121, 0x00281050, 0x00281051, 0x00281052, 0x00281053, 0x00281054, 0x00281056,
    0x00283000, 0x00283002, 0x00283006, 0x00283010, 0x00540220, 0x00041220, 0x20500020, 0x60003000,
    0x7fe00001, 0x7fe00002, 0x7fe00008, 0x7fe00010, 0xfffcfffc, 0xfffee000, 0xfffee00d, 0xfffee0dd,
    0x00091001, 0x00290010};
constexpr const char* kVrs[] = {"AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL",
                                "IS", "LO", "LT", "OB", "OD", "OF", "OL", "OV", "OW",
                                "PN", "SH", "SL", "SQ", "SS", "ST", "SV", "TM", "UC",
                                "UI", "UL", "UN", "UR", "US", "UT", "UV", "??", "\x80\xff"};
constexpr const char* kSyntaxes[] = {"",       ".1",     ".1.99",  ".2",     ".4.50", ".4.51",
                                     ".4.57",  ".4.70",  ".4.80",  ".4.81",  ".4.90", ".4.91",
                                     ".4.201", ".4.202", ".4.203", ".4.100", ".5",    ".4.92"};
constexpr std::uint32_t kNumbers[] = {0,    1,    2,    3,    7,     8,     9,     10,    11,
                                      12,   13,   14,   15,   16,    17,    24,    31,    32,
                                      33,   63,   64,   65,   127,   128,   255,   256,   257,
                                      1023, 1024, 4095, 4096, 10000, 32767, 32768, 65534, 65535};
constexpr std::uint32_t kLengths[] = {
    0,      1,       2,          3,          4,          7,          8,          0xff,      0xfffe,
    0xffff, 0x10000, 0x7ffffffe, 0x7fffffff, 0x80000000, 0xfffffffc, 0xfffffffe, 0xffffffff};
constexpr std::string_view kTexts[] = {"0",
                                       "1",
                                       "-1",
                                       "2",
                                       "0.0",
                                       "1e308",
                                       "-1e308",
                                       "1e-320",
                                       "1e999",
                                       "nan",
                                       "inf",
                                       "-0",
                                       "+5",
                                       "99999999999999999999",
                                       "1\\2",
                                       "\\",
                                       " ",
                                       "1A",
                                       ".",
                                       "2147483648",
                                       "-32768",
                                       "65536",
                                       "0.5\\0.1",
                                       "MONOCHROME1",
                                       "MONOCHROME2",
                                       "RGB",
                                       "PALETTE COLOR",
                                       "YBR_FULL_422",
                                       "SIGMOID",
                                       "LINEAR",
                                       "LINEAR_EXACT",
                                       "IDENTITY",
                                       "INVERSE",
                                       "FOR PROCESSING",
                                       "CR",
                                       "DX",
                                       "AP",
                                       "LL",
                                       "A\\F",
                                       "L\\F",
                                       "DERIVED\\SECONDARY",
                                       "1.2.840.10008.1.3.10",
                                       "ISO_IR 192",
                                       "020Y",
                                       "200W",
                                       "20200230"};

const Entry* any_entry(const Outline& outline, Random& random) {
  return outline.entries.empty() ? nullptr : &random.of(outline.entries);
}

/// The fragments of the pixel data, the offset table first.
std::vector<Entry> fragments_of(const Outline& outline) {
  std::vector<Entry> fragments;
  const Entry* pixels = outline.find(0x7fe00010);
  if (pixels == nullptr || !pixels->is_undefined) return fragments;
  for (const Entry& entry : outline.entries)
    if (entry.is_item() && entry.at >= pixels->value_at) fragments.push_back(entry);
  return fragments;
}

bool is_number(const Entry& entry) {
  return entry.value_bytes >= 2 && entry.value_bytes <= 8 &&
         (entry.tag >> 16 == 0x0028 || entry.vr == std::array{'U', 'S'} ||
          entry.vr == std::array{'S', 'S'});
}

void insert(Bytes& bytes, std::size_t at, const Bytes& what) {
  bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), what.begin(), what.end());
}

void erase(Bytes& bytes, std::size_t from, std::size_t to) {
  bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(from),
              bytes.begin() + static_cast<std::ptrdiff_t>(to));
}

Bytes cut(const Bytes& bytes, std::size_t from, std::size_t to) {
  return {bytes.begin() + static_cast<std::ptrdiff_t>(from),
          bytes.begin() + static_cast<std::ptrdiff_t>(to)};
}

bool is_meta(const Outline& outline, const Entry& entry) { return entry.at < outline.dataset_at; }

bool big_endian_at(const Outline& outline, const Entry& entry) {
  return outline.is_big_endian && !is_meta(outline, entry);
}

// Each of these damages a file in one way, and leaves it as it is where it has nothing to damage.

void change_tag(Bytes& bytes, const Outline& outline, Random& random) {
  const Entry* entry = any_entry(outline, random);
  if (entry == nullptr) return;
  const std::uint32_t tag = random.of(kTags);
  put(bytes, entry->at, 2, tag >> 16, big_endian_at(outline, *entry));
  put(bytes, entry->at + 2, 2, tag & 0xffff, big_endian_at(outline, *entry));
}

void change_vr(Bytes& bytes, const Outline& outline, Random& random) {
  const Entry* entry = any_entry(outline, random);
  if (entry == nullptr || entry->vr[0] == 0) return;
  const char* vr = random.of(kVrs);
  if (random.one_in(2)) {
    // Written as the new VR asks, so that the elements behind it are still found.
    const Bytes whole = encoded(outline, entry->tag, vr, cut(bytes, entry->value_at, entry->end()));
    erase(bytes, entry->at, entry->end());
    insert(bytes, entry->at, whole);
  } else {
    std::copy_n(vr, 2, bytes.begin() + static_cast<std::ptrdiff_t>(entry->at + 4));
  }
}

void change_length(Bytes& bytes, const Outline& outline, Random& random) {
  const Entry* entry = any_entry(outline, random);
  if (entry == nullptr) return;
  auto length = static_cast<std::uint32_t>(entry->value_bytes);
  switch (random.below(4)) {
    case 0:
      length = random.of(kLengths);
      break;
    case 1:
      length += static_cast<std::uint32_t>(random.below(9)) - 4;
      break;
    case 2:
      length = static_cast<std::uint32_t>(bytes.size() - entry->value_at);
      break;
    default:
      length = entry->is_undefined ? length : 0xffffffff;
  }
  put(bytes, entry->length_at, entry->length_bytes, length, big_endian_at(outline, *entry));
}

void change_number(Bytes& bytes, const Outline& outline, Random& random) {
  std::vector<Entry> numbers;
  std::ranges::copy_if(outline.entries, std::back_inserter(numbers), is_number);
  if (numbers.empty()) return;
  const Entry& entry = random.of(numbers);
  const std::size_t word = random.below(entry.value_bytes / 2);
  put(bytes, entry.value_at + 2 * word, 2, random.of(kNumbers), big_endian_at(outline, entry));
}

void change_text(Bytes& bytes, const Outline& outline, Random& random) {
  const Entry* entry = any_entry(outline, random);
  if (entry == nullptr || entry->is_undefined || entry->is_item() || entry->value_bytes > 64)
    return;
  Bytes text = bytes_of(random.of(kTexts));
  if (text.size() % 2 != 0 && !random.one_in(8)) text.push_back(' ');
  set_value(bytes, *entry, text, big_endian_at(outline, *entry));
}

void change_transfer_syntax(Bytes& bytes, const Outline& outline, Random& random) {
  const Entry* entry = outline.find(0x00020010);
  if (entry == nullptr) return;
  Bytes uid = bytes_of("1.2.840.10008.1.2");
  for (const char letter : std::string_view(random.of(kSyntaxes)))
    uid.push_back(static_cast<std::uint8_t>(letter));
  if (uid.size() % 2 != 0) uid.push_back(0);
  set_value(bytes, *entry, uid, false);
}

void add_element(Bytes& bytes, const Outline& outline, Random& random) {
  const Entry* before = any_entry(outline, random);
  if (before == nullptr) return;
  Bytes value;
  switch (random.below(3)) {
    case 0:
      value = bytes_of(random.of(kTexts));
      break;
    case 1:
      value.resize(2);
      put(value, 0, 2, random.of(kNumbers), outline.is_big_endian);
      break;
    default: {
      // Three numbers and their entries: a lookup table, or anything else of that size.
      value.resize(6);
      for (std::size_t i = 0; i < 3; ++i)
        put(value, 2 * i, 2, random.of(kNumbers), outline.is_big_endian);
    }
  }
  insert(bytes, before->at, encoded(outline, random.of(kTags), random.of(kVrs), value));
}

void drop_element(Bytes& bytes, const Outline& outline, Random& random) {
  if (const Entry* entry = any_entry(outline, random)) erase(bytes, entry->at, entry->end());
}

void repeat_element(Bytes& bytes, const Outline& outline, Random& random) {
  const Entry* entry = any_entry(outline, random);
  const Entry* to = any_entry(outline, random);
  if (entry == nullptr || entry->end() - entry->at > 4096) return;
  insert(bytes, to->at, cut(bytes, entry->at, entry->end()));
}

void nest(Bytes& bytes, const Outline& outline, Random& random) {
  const Entry* before = any_entry(outline, random);
  if (before == nullptr) return;
  Bytes nested;
  const std::size_t levels = random.one_in(8) ? 400 : 1 + random.below(12);
  const bool closed = random.one_in(2);
  for (std::size_t level = 0; level < levels; ++level) {
    for (Bytes header :
         {encoded(outline, 0x00082218, "SQ", {}), encoded(outline, 0xfffee000, "", {})}) {
      put(header, header.size() - 4, 4, 0xffffffff, outline.is_big_endian);
      insert(nested, nested.size(), header);
    }
  }
  for (std::size_t level = 0; closed && level < levels; ++level) {
    for (const std::uint32_t tag : {0xfffee00du, 0xfffee0ddu})
      insert(nested, nested.size(), encoded(outline, tag, "", {}));
  }
  insert(bytes, before->at, nested);
}

void split_fragment(Bytes& bytes, const Outline& outline, Random& random) {
  const auto fragments = fragments_of(outline);
  if (fragments.size() < 2) return;
  const Entry& fragment = fragments[1 + random.below(fragments.size() - 1)];
  const std::size_t first = random.below(fragment.value_bytes + 1);
  Bytes parts =
      encoded(outline, 0xfffee000, "", cut(bytes, fragment.value_at, fragment.value_at + first));
  insert(parts, parts.size(),
         encoded(outline, 0xfffee000, "", cut(bytes, fragment.value_at + first, fragment.end())));
  erase(bytes, fragment.at, fragment.end());
  insert(bytes, fragment.at, parts);
}

void drop_or_repeat_fragment(Bytes& bytes, const Outline& outline, Random& random) {
  const auto fragments = fragments_of(outline);
  if (fragments.empty()) return;
  const Entry& fragment = random.of(fragments);
  if (random.one_in(2)) return erase(bytes, fragment.at, fragment.end());
  insert(bytes, random.of(fragments).at, cut(bytes, fragment.at, fragment.end()));
}

void change_offset_table(Bytes& bytes, const Outline& outline, Random& random) {
  const auto fragments = fragments_of(outline);
  if (fragments.empty()) return;
  Bytes offsets(4 * random.below(4));
  for (std::size_t at = 0; at < offsets.size(); at += 4)
    put(offsets, at, 4, random.one_in(2) ? random.of(kLengths) : random.of(kNumbers), false);
  set_value(bytes, fragments[0], offsets, outline.is_big_endian);
}

/// libFuzzer's mutations on one value: on that of the pixel data mostly, so that the decoders see
/// damage behind a sound header, and on their own headers most of all.
void change_value(Bytes& bytes, const Outline& outline, Random& random) {
  const auto fragments = fragments_of(outline);
  const Entry* entry = fragments.size() < 2 || random.one_in(4)
                           ? any_entry(outline, random)
                           : &fragments[1 + random.below(fragments.size() - 1)];
  if (entry == nullptr || entry->value_bytes == 0) return;
  constexpr std::size_t head = 160;
  const std::size_t part =
      random.one_in(2) ? std::min(head, entry->value_bytes) : entry->value_bytes;
  Bytes value = cut(bytes, entry->value_at, entry->end());
  if (part == value.size()) {
    value.resize(part + 64);
    value.resize(LLVMFuzzerMutate(value.data(), part, value.size()));
  } else {
    LLVMFuzzerMutate(value.data(), part, part);
  }
  if (entry->is_undefined) return;
  set_value(bytes, *entry, value, big_endian_at(outline, *entry));
}

/// Numbers of a codestream are big endian.
void change_codestream_number(Bytes& bytes, const Outline& outline, Random& random) {
  const auto fragments = fragments_of(outline);
  if (fragments.size() < 2 || fragments[1].value_bytes < 8) return;
  const std::size_t most = std::min<std::size_t>(fragments[1].value_bytes - 4, 160);
  put(bytes, fragments[1].value_at + random.below(most), random.one_in(2) ? 2 : 1,
      random.of(kNumbers), random.one_in(4) ? false : true);
}

void truncate(Bytes& bytes, const Outline& outline, Random& random) {
  const Entry* entry = any_entry(outline, random);
  if (entry == nullptr) return;
  bytes.resize(random.one_in(2) ? entry->at
                                : entry->value_at + random.below(entry->value_bytes + 1));
}

void drop_preamble_or_meta(Bytes& bytes, const Outline& outline, Random& random) {
  if (outline.dataset_at < 132) return;
  if (random.one_in(2)) return erase(bytes, 0, 132);
  erase(bytes, random.one_in(2) ? 0 : 132, outline.dataset_at);
}

using Mutation = void (*)(Bytes&, const Outline&, Random&);
constexpr Mutation kMutations[] = {change_tag,
                                   change_vr,
                                   change_length,
                                   change_number,
                                   change_text,
                                   add_element,
                                   drop_element,
                                   repeat_element,
                                   nest,
                                   split_fragment,
                                   change_value,
                                   change_value,
                                   change_value,
                                   change_value,
                                   change_codestream_number,
                                   change_codestream_number,
                                   truncate,
                                   drop_or_repeat_fragment,
                                   change_offset_table,
                                   change_transfer_syntax,
                                   change_number};

std::size_t give(const Bytes& bytes, std::uint8_t* data, std::size_t most) {
  const std::size_t size = std::min(bytes.size(), most);
  std::copy_n(bytes.begin(), size, data);
  return size;
}

}  // namespace
}  // namespace aicovid::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned seed) {
  using namespace aicovid::fuzz;
  Random random(seed);
  if (random.one_in(10)) return LLVMFuzzerMutate(data, size, most);
  Bytes bytes(data, data + size);
  for (std::size_t count = 1 + random.below(3); count > 0; --count) {
    random.of(kMutations)(bytes, outline_of(bytes), random);
  }
  if (random.one_in(200)) drop_preamble_or_meta(bytes, outline_of(bytes), random);
  if (!random.one_in(4)) mend_tag_order(bytes);
  if (!random.one_in(16)) mend_group_length(bytes);
  return give(bytes, data, most);
}

/// The header of one file before the pixels of another.
extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* first, std::size_t first_size,
                                                 const std::uint8_t* second,
                                                 std::size_t second_size, std::uint8_t* out,
                                                 std::size_t most, unsigned seed) {
  using namespace aicovid::fuzz;
  Random random(seed);
  Bytes bytes(first, first + first_size);
  const Bytes other(second, second + second_size);
  const Outline outline = outline_of(bytes);
  const Outline other_outline = outline_of(other);
  const Entry* to = outline.find(0x7fe00010);
  const Entry* from = other_outline.find(0x7fe00010);
  if (to == nullptr || from == nullptr) return give(bytes, out, most);
  erase(bytes, to->at, to->end());
  insert(bytes, to->at, cut(other, from->at, from->end()));
  const Outline spliced = outline_of(bytes);
  const Entry* syntax = spliced.find(0x00020010);
  if (syntax != nullptr && !random.one_in(4)) {
    Bytes uid = bytes_of(other_outline.transfer_syntax);
    if (uid.size() % 2 != 0) uid.push_back(0);
    set_value(bytes, *syntax, uid, false);
    mend_group_length(bytes);
  }
  return give(bytes, out, most);
}
