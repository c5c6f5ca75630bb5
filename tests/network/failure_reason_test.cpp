#include "failure_reason.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

using aicovid::failure_reason;

TEST_CASE("Failure reason: the cause is taken from behind the interpreter's trace", "[network]") {
  const std::string message =
      "The following operation failed in the TorchScript interpreter.\n"
      "Traceback of TorchScript, serialized code (most recent call last):\n"
      "  File \"code/__torch__.py\", line 7, in forward\n"
      "    return torch.matmul(a, b)\n"
      "           ~~~~~~~~~~~~ <--- HERE\n"
      "RuntimeError: mat1 and mat2 shapes cannot be multiplied (1x3 and 4x1)\n";
  CHECK(failure_reason(message) == "mat1 and mat2 shapes cannot be multiplied (1x3 and 4x1)");
  CHECK(failure_reason("trace\nbuiltins.ValueError: the sum is positive") == "the sum is positive");
}

TEST_CASE("Failure reason: neither source positions of the engine nor paths are repeated",
          "[network]") {
  CHECK(failure_reason(
            "[enforce fail at inline_container.cc:209] . file not found: archive/data.pkl") ==
        "file not found: archive/data.pkl");
  CHECK(failure_reason("n >= 0 INTERNAL ASSERT FAILED at \"../aten/src/ATen/ir.cpp\":1234, please "
                       "report a bug to "
                       "PyTorch. Bad index") == "n >= 0 does not hold");
  CHECK(failure_reason("cannot open /home/someone/model.pt for reading") ==
        "cannot open (file) for reading");
  CHECK(failure_reason("failed in module.cpp:17 again") == "failed in (file) again");
}

TEST_CASE("Failure reason: one short line, whatever the engine says", "[network]") {
  CHECK(failure_reason("\n  \nfirst\nsecond") == "first");
  CHECK(failure_reason("failed finding central directory. This is an internal error") ==
        "failed finding central directory");
  CHECK(failure_reason("") == "no reason given");
  CHECK(failure_reason(" . : ") == "no reason given");
  CHECK(failure_reason(std::string(10'000'000, 'x')).size() == 203);
  CHECK(failure_reason("RuntimeError: " + std::string(10'000'000, 'x')).size() == 203);
}

TEST_CASE("Failure reason: of OpenVINO's messages the cause, not where it was found", "[network]") {
  CHECK(failure_reason("Exception from src/inference/src/cpp/core.cpp:105:\nException from "
                       "src/inference/src/model_reader.cpp:188:\nUnable to read the model. Please "
                       "check if the model format is supported and model is correct.\n\n") ==
        "Unable to read the model");
  CHECK(
      failure_reason(
          "Check 'data_rank.is_dynamic()' failed at src/core/util.hpp:307:\nWhile validating node "
          "'opset1::Convolution /features/Conv':\nData batch channel count (2) does not match "
          "filter input channel count (3).\n") ==
      "Data batch channel count (2) does not match filter input channel count (3)");
  CHECK(failure_reason("Exception from src/a.cpp:1:\n") == "no reason given");
}
