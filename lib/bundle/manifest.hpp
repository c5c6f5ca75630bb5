#pragma once

#include "bundle_files.hpp"

#include "core/checked_json.hpp"

#include <aicovid/provenance.hpp>

#include <string>
#include <string_view>

namespace aicovid {

/// A JSON file of the bundle, to be checked against docs/schemas/manifest.json.
struct SchemaCheck {
  std::string file;        ///< for messages: "manifest.json"
  std::string definition;  ///< a definition of the schema, or empty for the whole of it
};

/// @throws Error{bad_bundle} as `parse_checked` of any schema
OrderedJson parse_checked(std::string_view text, const SchemaCheck& check);

/// A bundle's manifest, which its schema has checked.
struct Manifest {
  OrderedJson json;
  ModelInfo info;
};

/// @throws Error{not_found, bad_bundle}
Manifest read_manifest(const BundleFiles& files);

}  // namespace aicovid
