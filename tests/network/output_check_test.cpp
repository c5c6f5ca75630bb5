#include "output_check.hpp"

#include <aicovid/error.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <limits>

using namespace aicovid;
using Catch::Matchers::Message;

namespace {

const NetworkSpec kSpec{
    .role = "lungs", .input_shapes = {{1, 1, 4, 4}}, .outputs = {{"mask", {1, 2}}}};

}  // namespace

TEST_CASE("Output check: an output of another shape is named with both shapes", "[network]") {
  CHECK_NOTHROW(check_output_layout(kSpec, 0, 1, std::vector<std::int64_t>{1, 2}, "float32"));
  CHECK_THROWS_MATCHES(
      check_output_layout(kSpec, 0, 1, std::vector<std::int64_t>{1, 2, 1}, "float32"), Error,
      Message("network 'lungs': output 'mask' is [1,2,1]; expected [1,2]"));
  CHECK_THROWS_MATCHES(check_output_layout(kSpec, 0, 1, std::vector<std::int64_t>{}, "float32"),
                       Error, Message("network 'lungs': output 'mask' is []; expected [1,2]"));
  CHECK_THROWS_MATCHES(check_output_layout(kSpec, 0, 1, std::vector<std::int64_t>{1, 2}, "Half"),
                       Error,
                       Message("network 'lungs': output 'mask' is of type Half; expected float32"));
  CHECK_THROWS_MATCHES(check_output_count(kSpec, 3), Error,
                       Message("network 'lungs' gives 3 outputs; expected 1"));
}

TEST_CASE("Output check: infinities and NaN are found and counted", "[network]") {
  Tensor output({1, 2}, DType::float32);
  CHECK_NOTHROW(check_output_finite(kSpec, 0, output));
  output.floats()[1] = -std::numeric_limits<float>::infinity();
  CHECK_THROWS_MATCHES(check_output_finite(kSpec, 0, output), Error,
                       Message("network 'lungs': output 'mask' [1,2] holds 1 values that are not "
                               "finite; expected none"));
  output.floats()[0] = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_MATCHES(check_output_finite(kSpec, 0, output), Error,
                       Message("network 'lungs': output 'mask' [1,2] holds 2 values that are not "
                               "finite; expected none"));
}

TEST_CASE("Output check: inputs other than specified are an internal error", "[network]") {
  const std::vector<Tensor> none;
  const std::vector<Tensor> narrow{Tensor({1, 1, 4, 3}, DType::float32)};
  const std::vector<Tensor> bytes{Tensor({1, 1, 4, 4}, DType::uint8)};
  CHECK_NOTHROW(check_inputs(kSpec, std::vector<Tensor>{Tensor({1, 1, 4, 4}, DType::float32)}));
  CHECK_THROWS_MATCHES(check_inputs(kSpec, none), Error,
                       Message("network 'lungs' was given 0 inputs; expected 1"));
  CHECK_THROWS_MATCHES(check_inputs(kSpec, narrow), Error,
                       Message("input 0 of network 'lungs' is [1,1,4,3]; expected [1,1,4,4]"));
  CHECK_THROWS_MATCHES(check_inputs(kSpec, bytes), Error,
                       Message("input 0 of network 'lungs' is not float32"));
}
