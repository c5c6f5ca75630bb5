#include "manifest.hpp"

#include "core/sha256.hpp"

namespace aicovid {

extern const char* const kManifestSchema;

OrderedJson parse_checked(std::string_view text, const SchemaCheck& check) {
  return parse_checked(text, JsonCheck{.schema = kManifestSchema,
                                       .definition = check.definition,
                                       .what = check.file,
                                       .code = ErrorCode::bad_bundle,
                                       .repeats_texts = true});
}

Manifest read_manifest(const BundleFiles& files) {
  const std::vector<std::byte> bytes = files.read_manifest();
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  Manifest manifest{.json = parse_checked(text, {.file = "manifest.json"}), .info = {}};
  manifest.info = {.name = manifest.json.at("name"),
                   .version = manifest.json.at("version"),
                   .manifest_sha256 = sha256(bytes),
                   .licence = manifest.json.at("licence")};
  return manifest;
}

}  // namespace aicovid
