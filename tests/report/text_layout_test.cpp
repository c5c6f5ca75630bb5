#include "text_layout.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

using namespace aicovid;

TEST_CASE("Text layout: width counts letters, not bytes", "[report]") {
  CHECK(display_width("") == 0);
  CHECK(display_width("µmol/L") == 6);
  CHECK(display_width("─█▏") == 3);
  CHECK(pad_right("µ", 3) == "µ  ");
  CHECK(pad_right("abcd", 3) == "abcd");
}

TEST_CASE("Text layout: lines break between words and keep all of them", "[report]") {
  CHECK(wrap("one two three", 7) == std::vector<std::string>{"one two", "three"});
  CHECK(wrap("  one\n two ", 20) == std::vector<std::string>{"one two"});
  CHECK(wrap("incomprehensible word", 5) == std::vector<std::string>{"incomprehensible", "word"});
  CHECK(wrap("", 5) == std::vector<std::string>{""});
  const int width = GENERATE(range(9, 40, 3));
  const std::string text = "formula external, infiltrates read by clinicians; µ and ₂ count once";
  std::string joined;
  for (const auto& line : wrap(text, width)) {
    CHECK(display_width(line) <= std::max(width, 12));
    joined += (joined.empty() ? "" : " ") + line;
  }
  CHECK(joined == text);
}

TEST_CASE("Text layout: further lines of a text stand under its first", "[report]") {
  const std::string text = hanging("Label", std::string(60, 'a') + " " + std::string(60, 'b'), 10);
  CHECK(text == "  Label   " + std::string(60, 'a') + "\n          " + std::string(60, 'b') + "\n");
}

TEST_CASE("Text layout: a label as wide as its column does not run into the text", "[report]") {
  CHECK(hanging("12345", "text", 8) == "  12345 text\n");
  CHECK(hanging("123456", "text", 8) == "  123456\n        text\n");
  CHECK(hanging("1234567", "text", 8) == "  1234567\n        text\n");
}

TEST_CASE("Text layout: a per cent sign stays with its number", "[report]") {
  CHECK(wrap("4.0 % to 44 %; high", 11) == std::vector<std::string>{"4.0 % to", "44 %; high"});
  CHECK(wrap("90 % interval", 3) == std::vector<std::string>{"90 %", "interval"});
  CHECK(wrap("95\n%", 3) == std::vector<std::string>{"95", "%"});
}

TEST_CASE("Text layout: a bar has its width whatever its share", "[report]") {
  const double share = GENERATE(-1.0, 0.0, 0.01, 0.33, 0.5, 0.999, 1.0, 2.0);
  CHECK(display_width(bar(share, 18)) == 18);
  CHECK(bar(0, 3) == "···");
  CHECK(bar(0.5, 3) == "█▌·");
  CHECK(bar(1, 3) == "███");
}

TEST_CASE("Text layout: per cent has the digits that matter", "[report]") {
  CHECK(percent(0) == "0.0 %");
  CHECK(percent(0.0042) == "0.4 %");
  CHECK(percent(0.0994) == "9.9 %");
  CHECK(percent(0.0996) == "10 %");
  CHECK(percent(0.314) == "31 %");
  CHECK(percent(0.995) == "99.5 %");
  CHECK(percent(1) == "100.0 %");
}
