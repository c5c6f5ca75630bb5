#include "formats/utf8.hpp"
#include "rejection.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>
#include <string_view>

using namespace aicovid;
using namespace std::string_view_literals;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("UTF-8: well-formed characters of each length are such", "[clinical]") {
  for (const std::string_view text :
       {""sv, "a"sv, "\0"sv, "\x7F"sv, "\xC2\x80"sv, "\xDF\xBF"sv, "\xE0\xA0\x80"sv,
        "\xED\x9F\xBF"sv, "\xEE\x80\x80"sv, "\xEF\xBF\xBF"sv, "\xF0\x90\x80\x80"sv,
        "\xF4\x8F\xBF\xBF"sv}) {
    INFO(text);
    CHECK(length_of_utf8(text) == text.size());
  }
}

// The Unicode Standard, table 3-7, lists the well-formed byte sequences; these lie beside them.
TEST_CASE("UTF-8: what is beside a well-formed character is found", "[clinical]") {
  for (const std::string_view wrong :
       {"\x80"sv, "\xBF"sv, "\xC0\x80"sv, "\xC1\xBF"sv, "\xC2"sv, "\xC2\x7F"sv, "\xC2\xC0"sv,
        "\xE0\x9F\xBF"sv, "\xE0\xA0"sv, "\xED\xA0\x80"sv, "\xE1\x80\x7F"sv, "\xF0\x8F\xBF\xBF"sv,
        "\xF4\x90\x80\x80"sv, "\xF5\x80\x80\x80"sv, "\xF1\x80\x80"sv, "\xFF"sv}) {
    CHECK(length_of_utf8("ab" + std::string(wrong)) == 2);
    CHECK(length_of_utf8("ab" + std::string(wrong) + "c") == 2);
  }
}

TEST_CASE("UTF-8: a text in Latin-1 is refused by its line, with what to write", "[clinical]") {
  const std::string message = rejection_of([] { require_utf8("id,sex\nM\xFCller,male\n"); });
  CHECK_THAT(message, ContainsSubstring("no UTF-8 from line 2, column 2 on") &&
                          ContainsSubstring("iconv -f WINDOWS-1252 -t UTF-8"));
  CHECK_THAT(message, !ContainsSubstring("ller"));
  CHECK_THAT(rejection_of([] { require_utf8("\xFC", 7); }), ContainsSubstring("line 7, column 1"));
}

// Python: "a\u00e9\u20ac\U0001f600".encode("utf-16-le") and its like.
TEST_CASE("UTF-16: both orders of bytes are written anew as UTF-8", "[clinical]") {
  const std::string text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80";
  CHECK(utf8_of_utf16("\x61\x00\xE9\x00\xAC\x20\x3D\xD8\x00\xDE"sv, ByteOrder::little) == text);
  CHECK(utf8_of_utf16("\x00\x61\x00\xE9\x20\xAC\xD8\x3D\xDE\x00"sv, ByteOrder::big) == text);
}

TEST_CASE("UTF-16: half a character is refused", "[clinical]") {
  for (const std::string_view wrong :
       {"\x61\x00\x61"sv, "\x3D\xD8"sv, "\x00\xDE"sv, "\x3D\xD8\x61\x00"sv, "\x00\xDE\x3D\xD8"sv}) {
    CHECK_THAT(rejection_of([&] { utf8_of_utf16(wrong, ByteOrder::little); }),
               ContainsSubstring("UTF-16 with half a character"));
  }
}
