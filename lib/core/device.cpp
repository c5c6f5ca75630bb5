#include <aicovid/device.hpp>
#include <aicovid/error.hpp>

#include <fmt/format.h>
#include <charconv>

namespace aicovid {

Device Device::parse(std::string_view text) {
  if (text == "cpu") return {};
  if (text == "cuda") return {Kind::cuda, 0};
  constexpr std::string_view prefix = "cuda:";
  if (text.starts_with(prefix)) {
    const std::string_view digits = text.substr(prefix.size());
    int index = -1;
    const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
    if (status == std::errc{} && end == digits.data() + digits.size() && index >= 0) {
      return {Kind::cuda, index};
    }
  }
  throw Error(ErrorCode::invalid_argument,
              fmt::format("device is '{}'; expected cpu, cuda or cuda:N", text));
}

std::string Device::to_string() const {
  return is_cuda() ? fmt::format("cuda:{}", index) : std::string("cpu");
}

}  // namespace aicovid
