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

TEST_CASE("Tensor: equal means shape, type and every bit", "[core]") {
  Tensor a({2, 3}, DType::float32);
  Tensor b({2, 3}, DType::float32);
  CHECK(a == b);
  a.floats()[5] = 0.5F;
  CHECK_FALSE(a == b);
  b.floats()[5] = 0.5F;
  CHECK(a == b);
  b.floats()[0] = -0.0F;
  CHECK_FALSE(a == b);
  CHECK_FALSE(Tensor({2, 3}, DType::float32) == Tensor({3, 2}, DType::float32));
  CHECK_FALSE(Tensor({2}, DType::uint8) == Tensor({2}, DType::int8));
  CHECK(Tensor() == Tensor());
}
