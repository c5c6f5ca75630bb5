#include "synthetic.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using namespace aicovid;
using namespace aicovid::test;

namespace {

/// The gate's codes for the chest radiograph with one attribute changed.
Codes with(const DcmTagKey& key, const char* value) {
  const auto dataset = chest();
  REQUIRE(dataset->putAndInsertString(key, value).good());
  return gate(*dataset);
}

GateReason first_reason(DcmDataset& dataset) {
  const auto reasons = parse_dicom(file_of(dataset), {.decode = Decode::none}).gate_reasons();
  REQUIRE_FALSE(reasons.empty());
  return reasons.front();
}

void put_code(DcmDataset& dataset, const DcmTagKey& sequence, const char* code, long at = 0) {
  DcmItem* item = nullptr;
  REQUIRE(dataset.findOrCreateSequenceItem(sequence, item, at).good());
  REQUIRE(item->putAndInsertString(DCM_CodeValue, code).good());
}

}  // namespace

TEST_CASE("Tag gate: a frontal chest radiograph of CR or DX is accepted", "[dicom]") {
  CHECK(gate(*chest()).empty());
  CHECK(with(DCM_ViewPosition, "AP").empty());
  CHECK(with(DCM_ViewPosition, "ap portable").empty());
  const auto dx = chest();
  dx->putAndInsertString(DCM_Modality, "DX");
  dx->putAndInsertString(DCM_SOPClassUID, UID_DigitalXRayImageStorageForPresentation);
  dx->putAndInsertString(DCM_PresentationIntentType, "FOR PRESENTATION");
  CHECK(gate(*dx).empty());
}

TEST_CASE("Tag gate: other modalities and classes are refused, naming the tag and both values",
          "[dicom]") {
  const auto dataset = chest();
  dataset->putAndInsertString(DCM_Modality, "CT");
  const GateReason reason = first_reason(*dataset);
  CHECK(reason ==
        GateReason{"modality", "0008,0060", "CT", "CR or DX (RG in a Secondary Capture)"});
  CHECK(with(DCM_Modality, "RG") == Codes{"modality"});
  CHECK(with(DCM_Modality, "") == Codes{"modality"});
  CHECK(with(DCM_SOPClassUID, UID_DigitalMammographyXRayImageStorageForPresentation) ==
        Codes{"modality"});
}

TEST_CASE(
    "Tag gate: a secondary capture is flagged with modality CR, DX or RG, and refused with others",
    "[dicom]") {
  const auto dataset = chest();
  dataset->putAndInsertString(DCM_SOPClassUID, UID_SecondaryCaptureImageStorage);
  const std::string modality = GENERATE("CR", "DX", "RG");
  dataset->putAndInsertString(DCM_Modality, modality.c_str());
  CHECK(gate(*dataset) == Codes{"secondary_capture"});
  dataset->putAndInsertString(DCM_Modality, "OT");
  CHECK(gate(*dataset) == Codes{"modality", "secondary_capture"});
}

TEST_CASE("Tag gate: raw detector data is refused, by class and by intent", "[dicom]") {
  const auto dataset = chest();
  dataset->putAndInsertString(DCM_Modality, "DX");
  dataset->putAndInsertString(DCM_SOPClassUID, UID_DigitalXRayImageStorageForProcessing);
  CHECK(gate(*dataset) == Codes{"for_processing"});
  CHECK(with(DCM_PresentationIntentType, "FOR PROCESSING") == Codes{"for_processing"});
}

TEST_CASE("Tag gate: frames, samples and colour are refused", "[dicom]") {
  CHECK(with(DCM_NumberOfFrames, "2") == Codes{"multi_frame"});
  CHECK(with(DCM_NumberOfFrames, "1").empty());
  CHECK(with(DCM_PhotometricInterpretation, "PALETTE COLOR") == Codes{"colour"});
  const auto rgb = chest();
  rgb->putAndInsertUint16(DCM_SamplesPerPixel, 3);
  rgb->putAndInsertString(DCM_PhotometricInterpretation, "RGB");
  CHECK(gate(*rgb) == Codes{"colour"});
}

TEST_CASE("Tag gate: the view is taken from View Position", "[dicom]") {
  CHECK(with(DCM_ViewPosition, GENERATE("LL", "RL", "LATERAL", "L LAT", "lateral left",
                                        "PA/LAT")) == Codes{"lateral_view"});
  CHECK(with(DCM_ViewPosition, GENERATE("LLO", "RLO", "RAO", "LPO", "PA OBLIQUE")) ==
        Codes{"oblique_view"});
  CHECK(with(DCM_ViewPosition, GENERATE("LLD", "RLD", "AP LATERAL DECUBITUS")) ==
        Codes{"decubitus_view"});
  CHECK(with(DCM_ViewPosition, GENERATE("", "FRONTAL", "XYZ")) == Codes{"missing_view"});
}

TEST_CASE("Tag gate: View Code Sequence stands in for View Position, in SNOMED CT and RT",
          "[dicom]") {
  const auto dataset = chest();
  dataset->putAndInsertString(DCM_ViewPosition, "");
  SECTION("postero-anterior") {
    put_code(*dataset, DCM_ViewCodeSequence, GENERATE("272479007", "R-10214"));
    CHECK(gate(*dataset).empty());
    CHECK(parse_dicom(file_of(*dataset)).header().view == "PA");
  }
  SECTION("antero-posterior") {
    put_code(*dataset, DCM_ViewCodeSequence, GENERATE("399348003", "R-10206"));
    CHECK(parse_dicom(file_of(*dataset)).header().view == "AP");
  }
  SECTION("left lateral") {
    put_code(*dataset, DCM_ViewCodeSequence, GENERATE("399173006", "R-10236"));
    CHECK(first_reason(*dataset) == GateReason{"lateral_view", "0054,0220", "LL", "AP or PA"});
  }
  SECTION("oblique") {
    put_code(*dataset, DCM_ViewCodeSequence, "399182000");
    CHECK(gate(*dataset) == Codes{"oblique_view"});
  }
  SECTION("a code outside the context group") {
    put_code(*dataset, DCM_ViewCodeSequence, "12345");
    CHECK(first_reason(*dataset) ==
          GateReason{"missing_view", "0054,0220", "(unlisted value)", "AP or PA"});
  }
  SECTION("View Position goes first where the code is frontal too") {
    dataset->putAndInsertString(DCM_ViewPosition, "AP");
    put_code(*dataset, DCM_ViewCodeSequence, "272479007");
    CHECK(gate(*dataset).empty());
    CHECK(parse_dicom(file_of(*dataset)).header().view == "AP");
  }
  SECTION("a code for another view overrules a frontal View Position") {
    dataset->putAndInsertString(DCM_ViewPosition, GENERATE("PA", "AP"));
    put_code(*dataset, DCM_ViewCodeSequence, "399173006");
    CHECK(first_reason(*dataset) == GateReason{"lateral_view", "0054,0220", "LL", "AP or PA"});
    put_code(*dataset, DCM_ViewCodeSequence, "399182000");
    CHECK(gate(*dataset) == Codes{"oblique_view"});
  }
  SECTION("a second item for another view is seen, with View Position and without") {
    dataset->putAndInsertString(DCM_ViewPosition, GENERATE("", "PA"));
    put_code(*dataset, DCM_ViewCodeSequence, GENERATE("272479007", "12345"));
    put_code(*dataset, DCM_ViewCodeSequence, "399173006", 1);
    CHECK(first_reason(*dataset) == GateReason{"lateral_view", "0054,0220", "LL", "AP or PA"});
  }
  SECTION("items for two frontal views leave the view open") {
    put_code(*dataset, DCM_ViewCodeSequence, "272479007");
    put_code(*dataset, DCM_ViewCodeSequence, GENERATE("399348003", "12345", ""), 1);
    CHECK(first_reason(*dataset) ==
          GateReason{"missing_view", "0054,0220", "(unlisted value)", "AP or PA"});
    CHECK(parse_dicom(file_of(*dataset)).header().view == "(unlisted value)");
  }
  SECTION("items for one frontal view are that") {
    put_code(*dataset, DCM_ViewCodeSequence, "272479007");
    put_code(*dataset, DCM_ViewCodeSequence, GENERATE("272479007", "R-10214"), 1);
    CHECK(gate(*dataset).empty());
    CHECK(parse_dicom(file_of(*dataset)).header().view == "PA");
  }
  SECTION("a frontal code does not overrule a lateral View Position") {
    dataset->putAndInsertString(DCM_ViewPosition, "LL");
    put_code(*dataset, DCM_ViewCodeSequence, "272479007");
    CHECK(first_reason(*dataset) == GateReason{"lateral_view", "0018,5101", "LL", "AP or PA"});
  }
}

TEST_CASE(
    "Tag gate: a listed other body part is refused, an unknown text flagged, silence accepted",
    "[dicom]") {
  CHECK(with(DCM_BodyPartExamined, GENERATE("THORAX", "lung", "CHEST PA", "PORTABLE CHEST", ""))
            .empty());
  CHECK(with(DCM_BodyPartExamined, GENERATE("HIP", "KNEE", "L KNEE", "abdomen", "RIBS")) ==
        Codes{"body_part"});
  CHECK(with(DCM_BodyPartExamined, GENERATE("TORAX", "Ada Lovelace")) ==
        Codes{"unknown_body_part"});
  const auto dataset = chest();
  dataset->putAndInsertString(DCM_BodyPartExamined, "");
  put_code(*dataset, DCM_AnatomicRegionSequence, GENERATE("24136001", "T-15710"));
  CHECK(first_reason(*dataset) == GateReason{"body_part", "0008,2218", "HIP", "CHEST"});
  put_code(*dataset, DCM_AnatomicRegionSequence, "51185008");
  CHECK(gate(*dataset).empty());
}

TEST_CASE("Tag gate: animals are refused by species, by code and by word", "[dicom]") {
  CHECK(with(DCM_PatientSpeciesDescription, GENERATE("Homo sapiens", "HUMAN")).empty());
  CHECK(with(DCM_PatientSpeciesDescription, GENERATE("Canine", "Felis catus")) == Codes{"species"});
  CHECK(with(DCM_AcquisitionDeviceProcessingDescription, "CANINE LATERAL THORAX 0-15cm") ==
        Codes{"species"});
  CHECK(with(DCM_StudyDescription, "Equine chest") == Codes{"species"});
  // "canine" is an animal as a word only, and "CAT" also means a scan.
  CHECK(with(DCM_StudyDescription, GENERATE("CHEST CAT", "Chest, dogged cough", "Hotdog")).empty());
  CHECK(with(DCM_StudyDescription, GENERATE("CHEST PA - DOG BITE", "cat scratch", "RX TORACE RAT",
                                            "PIG-TAIL DRAIN CHECK", "Swine flu", "porcine valve"))
            .empty());
  CHECK(with(DCM_StudyDescription, GENERATE("DOG THORAX", "dog bite, dog", "thorax horse")) ==
        Codes{"species"});
  const auto dataset = chest();
  put_code(*dataset, DCM_PatientSpeciesCodeSequence, "337915000");
  CHECK(gate(*dataset).empty());
  put_code(*dataset, DCM_PatientSpeciesCodeSequence, "448771007");
  CHECK(gate(*dataset) == Codes{"species"});
}

TEST_CASE("Tag gate: copies, annotations and a contradicting LUT shape are flagged", "[dicom]") {
  CHECK(with(DCM_ImageType, "DERIVED\\PRIMARY") == Codes{"derived"});
  CHECK(with(DCM_ImageType, "ORIGINAL\\SECONDARY") == Codes{"derived"});
  CHECK(with(DCM_BurnedInAnnotation, "YES") == Codes{"burned_in_annotation"});
  CHECK(with(DCM_BurnedInAnnotation, "NO").empty());
  CHECK(with(DCM_PresentationLUTShape, "IDENTITY").empty());
  CHECK(with(DCM_PresentationLUTShape, "INVERSE") == Codes{"presentation_lut_conflict"});
  const auto dataset = chest();
  dataset->putAndInsertString(DCM_PhotometricInterpretation, "MONOCHROME1");
  dataset->putAndInsertString(DCM_PresentationLUTShape, "INVERSE");
  CHECK(gate(*dataset).empty());
  dataset->putAndInsertString(DCM_PresentationLUTShape, "IDENTITY");
  CHECK(gate(*dataset) == Codes{"presentation_lut_conflict"});
  // The shape is flagged, and Photometric Interpretation decides.
  CHECK(read(*dataset).grey_scale().photometric == Photometric::monochrome1);
}

TEST_CASE("Tag gate: Patient Orientation confirms the sides or says that the image is turned",
          "[dicom]") {
  CHECK(with(DCM_PatientOrientation, "LA\\FP").empty());
  CHECK(with(DCM_PatientOrientation, GENERATE("", "L", "LE\\V", "L\\A", "H\\A")) ==
        Codes{"side_unverified"});
  CHECK(with(DCM_PatientOrientation, GENERATE("H\\L", "H\\R", "F\\L", "F\\R", "L\\H", "L\\HR")) ==
        Codes{"rotated", "side_unverified"});
  // Rows and columns that cannot be, or not of a frontal view.
  CHECK(with(DCM_PatientOrientation, GENERATE("R\\A", "R\\L", "L\\R", "LR\\F", "RL\\F", "F\\H",
                                              "L\\FH")) == Codes{"side_unverified"});
  CHECK(with(DCM_PatientOrientation, "R\\H") == Codes{"rotated"});
}

TEST_CASE("Tag gate: Patient Orientation of a mirrored picture is flagged as such", "[dicom]") {
  CHECK(with(DCM_PatientOrientation, GENERATE("R\\F", "RP\\FA")) == Codes{"mirrored"});
  const auto dataset = chest();
  dataset->putAndInsertString(DCM_PatientOrientation, "R\\F");
  CHECK(first_reason(*dataset) == GateReason{"mirrored", "0020,0020", "R\\F", "L\\F"});
}

TEST_CASE("Tag gate: image rows that run from front to back, or back to front, prove a lateral",
          "[dicom]") {
  const auto dataset = chest();
  const std::string orientation = GENERATE("A\\F", "P\\F", "AL\\FL");
  dataset->putAndInsertString(DCM_PatientOrientation, orientation.c_str());
  CHECK(gate(*dataset) == Codes{"lateral_view"});
  CHECK(first_reason(*dataset) == GateReason{"lateral_view", "0020,0020", orientation, "L\\F"});
  CHECK_FALSE(parse_dicom(file_of(*dataset)).has_pixels());
}

TEST_CASE("Tag gate: a child is flagged with whole years, an adult is not", "[dicom]") {
  CHECK(with(DCM_PatientAge, GENERATE("018Y", "064Y", "", "216M")).empty());
  CHECK(with(DCM_PatientAge, GENERATE("017Y", "215M", "003W", "001D", "000Y")) ==
        Codes{"paediatric"});
  const auto dataset = chest();
  dataset->putAndInsertString(DCM_PatientAge, "035M");
  CHECK(first_reason(*dataset) == GateReason{"paediatric", "0010,1010", "2", "18 years or more"});
  // From the dates where the age is not stated; neither date is repeated.
  dataset->putAndInsertString(DCM_PatientAge, "");
  dataset->putAndInsertString(DCM_PatientBirthDate, "20100601");
  dataset->putAndInsertString(DCM_StudyDate, "20200401");
  CHECK(first_reason(*dataset) == GateReason{"paediatric", "0010,0030", "9", "18 years or more"});
}

TEST_CASE("Tag gate: one side alone is flagged, by Image Laterality before Laterality", "[dicom]") {
  CHECK(with(DCM_ImageLaterality, GENERATE("U", "B", "")).empty());
  CHECK(with(DCM_Laterality, "L") == Codes{"laterality"});
  const auto dataset = chest();
  dataset->putAndInsertString(DCM_Laterality, "L");
  dataset->putAndInsertString(DCM_ImageLaterality, "U");
  CHECK(gate(*dataset).empty());
  dataset->putAndInsertString(DCM_ImageLaterality, "R");
  CHECK(first_reason(*dataset) == GateReason{"laterality", "0020,0062", "R", "U or B"});
}

TEST_CASE("Tag gate: pixels that are not square are flagged, with the ratio kept", "[dicom]") {
  const auto aspect = [](const DcmTagKey& key, const char* value) {
    const auto dataset = chest();
    REQUIRE(dataset->putAndInsertString(key, value).good());
    const Radiograph radiograph = parse_dicom(file_of(*dataset));
    return std::pair(radiograph.header().pixel_aspect, codes_of(radiograph));
  };
  const Codes flagged = {"pixel_aspect_ratio"};
  const DcmTagKey key = GENERATE(DCM_PixelSpacing, DCM_ImagerPixelSpacing,
                                 DCM_NominalScannedPixelSpacing, DCM_PixelAspectRatio);
  const bool is_ratio = key == DCM_PixelAspectRatio;
  CHECK(aspect(key, is_ratio ? "2\\1" : "0.3\\0.15") == std::pair(2.0, flagged));
  CHECK(aspect(key, is_ratio ? "1\\4" : "0.1\\0.4") == std::pair(0.25, flagged));
  CHECK(aspect(key, is_ratio ? "3\\3" : "0.143\\0.143") == std::pair(1.0, Codes{}));
  CHECK(aspect(key, "0\\0") == std::pair(1.0, Codes{}));
  CHECK(aspect(key, "-1\\1") == std::pair(1.0, flagged));
  CHECK(aspect(key, "1") == std::pair(1.0, flagged));
  const auto dataset = chest();
  dataset->putAndInsertString(key, "1\\11");
  const Error error = error_of(file_of(*dataset));
  CHECK(error.code() == ErrorCode::corrupt);
  CHECK(std::string(error.what()).find("is 1\\11; expected pixels of which") != std::string::npos);
}

TEST_CASE("Tag gate: the spacing goes before Pixel Aspect Ratio, and a contradiction is flagged",
          "[dicom]") {
  const auto dataset = chest();
  dataset->putAndInsertString(DCM_ImagerPixelSpacing, "0.2\\0.2");
  dataset->putAndInsertString(DCM_PixelSpacing, "0.18\\0.18");
  CHECK(gate(*dataset).empty());
  dataset->putAndInsertString(DCM_PixelAspectRatio, "2\\1");
  CHECK(first_reason(*dataset) ==
        GateReason{"pixel_aspect_ratio", "0028,0034", "2\\1", "two equal numbers above 0"});
  CHECK(parse_dicom(file_of(*dataset)).header().pixel_aspect == 1);
}
