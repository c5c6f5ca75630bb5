#include "core/radiograph_json.hpp"

#include "schema.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

using namespace aicovid;

namespace {

ImageHeader header() {
  ImageHeader header;
  header.source = "dicom";
  header.sop_instance_uid = "1.2.840.10008.1";
  header.modality = "DX";
  header.photometric_interpretation = "MONOCHROME2";
  header.patient_orientation = "L\\F";
  header.rows = 3000;
  header.columns = 2500;
  header.bits_allocated = 16;
  header.bits_stored = 12;
  header.high_bit = 11;
  header.lossy = true;
  header.pixel_aspect = 1.25;
  return header;
}

/// A radiograph whose pixels were not decoded.
Radiograph without_pixels(std::vector<GateReason> reasons) {
  return Radiograph(Radiograph::Parts{
      .pixels = nullptr, .grey = {}, .header = header(), .reasons = std::move(reasons)});
}

OrderedJson described(const Radiograph& radiograph, std::string_view not_decoded = {}) {
  const std::string text = to_json(radiograph, not_decoded);
  CHECK(aicovid::testing::schema_violations("inspect", text) == std::vector<std::string>{});
  CHECK(OrderedJson::parse(to_json(radiograph, not_decoded, 2)) == OrderedJson::parse(text));
  return OrderedJson::parse(text);
}

}  // namespace

TEST_CASE("Header JSON: what is unknown is absent, and what is written is read", "[core]") {
  const OrderedJson json = header_to_json(header(), "");
  CHECK(json.begin().key() == "source");
  CHECK_FALSE(json.contains("view"));
  CHECK_FALSE(json.contains("pixel_sha256"));
  CHECK(read_header_json(json) == header());
  CHECK(read_header_json(header_to_json(header(), "abc")) == header());
  CHECK(header_to_json(header(), "abc").at("pixel_sha256") == "abc");
}

TEST_CASE("Header JSON: the patient stays out", "[core]") {
  ImageHeader known = header();
  known.patient_sex = Sex::female;
  known.patient_age_years = 64;
  known.acquired.emplace();
  CHECK(header_to_json(known, "") == header_to_json(header(), ""));
}

TEST_CASE("Header JSON: members are chosen in the order that is asked for", "[core]") {
  const OrderedJson json = header_to_json(header(), "");
  CHECK(members_of(json, {"rows", "view", "modality"}).dump() ==
        R"({"rows":3000,"modality":"DX"})");
}

TEST_CASE("Inspection: a radiograph with pixels", "[core]") {
  const std::vector<std::uint8_t> values(6);
  const Radiograph radiograph = Radiograph::from_array(
      values.data(), 2, 3, PixelType::uint8, {.window = Window{.centre = 100, .width = 50}});
  const OrderedJson json = described(radiograph);
  CHECK(json.at("schema") == "aicovid.inspect/1");
  CHECK(json.at("source") == "array");
  CHECK(json.at("decoded") == true);
  CHECK_FALSE(json.contains("not_decoded"));
  CHECK(json.at("grey_scale").dump() ==
        R"({"modality":"rescale","slope":1.0,"intercept":0.0,"voi":"window",)"
        R"("window_centre":100.0,"window_width":50.0})");
  CHECK(json.at("gate").at("verdict") == "flagged");
  CHECK(json.at("gate").at("reasons").size() == 2);
  CHECK(described(radiograph, "for no reason") == json);
}

TEST_CASE("Inspection: it is said why there are no pixels", "[core]") {
  const GateReason reason{"modality", "0008,0060", "CT", "CR or DX"};
  const OrderedJson refused = described(without_pixels({reason}));
  CHECK(refused.at("decoded") == false);
  CHECK(refused.at("not_decoded") == "refused by the tag gate");
  CHECK(refused.at("gate").at("reasons").at(0).at("found") == "CT");
  CHECK(described(without_pixels({}), "MPEG").at("not_decoded") == "MPEG");
  CHECK_FALSE(described(without_pixels({})).contains("not_decoded"));
}
