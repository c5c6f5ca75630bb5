#pragma once

#include "core/json.hpp"

#include <aicovid/gate.hpp>
#include <aicovid/radiograph.hpp>

#include <initializer_list>
#include <string>
#include <vector>

namespace aicovid {

/// What documents say of an image: its header without the patient, and the SHA-256 of its pixels
/// where there are any. Of a text that is unknown there is no member.
OrderedJson header_to_json(const ImageHeader& header, const std::string& pixel_sha256);

/// Reads what `header_to_json` wrote, of a document that its schema has checked.
ImageHeader read_header_json(const OrderedJson& json);

/// Those of the members that the object has, in this order.
OrderedJson members_of(const OrderedJson& object, std::initializer_list<const char*> names);

/// {"verdict", "reasons"}, each reason with all of its members.
OrderedJson gate_to_json(Verdict verdict, const std::vector<GateReason>& reasons);

}  // namespace aicovid
