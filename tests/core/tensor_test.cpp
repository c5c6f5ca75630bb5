#include <aicovid/error.hpp>
#include <aicovid/tensor.hpp>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

using namespace aicovid;

TEST_CASE("Tensor: new memory is zero, and copies are views of it", "[core]") {
  Tensor tensor({2, 3, 4}, DType::float32);
  CHECK(tensor.size() == 24);
  CHECK(std::ranges::all_of(tensor.floats(), [](float value) { return value == 0.0F; }));
  const Tensor view = tensor;
  tensor.floats()[5] = 1.5F;
  CHECK(view.floats()[5] == 1.5F);
}

TEST_CASE("Tensor: floats() asks for float32 on the CPU", "[core]") {
  CHECK_THROWS_AS(Tensor({2}, DType::uint8).floats(), Error);
  CHECK_THROWS_AS(Tensor({-1}, DType::float32), Error);
  CHECK(Tensor().empty());
  CHECK(Tensor({3, 0}, DType::float32).empty());
}
