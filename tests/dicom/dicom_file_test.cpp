#include "dicom_file.hpp"

#include "synthetic.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using namespace aicovid;
using namespace aicovid::dicom;
using namespace aicovid::test;

TEST_CASE("DICOM file: a data set parsed in two steps is the one parsed in one", "[dicom]") {
  const E_TransferSyntax syntax =
      GENERATE(EXS_LittleEndianExplicit, EXS_LittleEndianImplicit, EXS_BigEndianExplicit,
               EXS_DeflatedLittleEndianExplicit, EXS_JPEGProcess14SV1, EXS_RLELossless);
  const auto dataset = chest();
  // A larger tag, which stands behind the pixels.
  REQUIRE(dataset->putAndInsertString(DcmTag(0x7fe1, 0x0010, EVR_LO), "ACME").good());
  const Bytes bytes = file_of(*dataset, syntax);
  DicomFile whole(bytes);
  whole.parse_to_end();
  DicomFile stepwise(bytes);
  stepwise.parse_header();
  CHECK(stepwise.dataset().card() == whole.dataset().card() - 2);
  CHECK_FALSE(stepwise.dataset().tagExists(DCM_PixelData));
  stepwise.parse_to_end();
  CHECK(stepwise.dataset().compare(whole.dataset()) == 0);
  CHECK(stepwise.dataset().getOriginalXfer() == whole.dataset().getOriginalXfer());
  CHECK(stepwise.deviations().empty());
}

TEST_CASE("DICOM file: larger tags of a file without pixels are no part of its header", "[dicom]") {
  const auto dataset = chest();
  REQUIRE(dataset->findAndDeleteElement(DCM_PixelData).good());
  REQUIRE(dataset->putAndInsertString(DcmTag(0x7fe1, 0x0010, EVR_LO), "ACME").good());
  const Bytes bytes = file_of(*dataset);
  DicomFile file(bytes);
  file.parse_header();
  CHECK_FALSE(file.dataset().tagExists(DcmTagKey(0x7fe1, 0x0010)));
  file.parse_to_end();
  CHECK(file.dataset().tagExists(DcmTagKey(0x7fe1, 0x0010)));
}
