#include "manifest_schema.hpp"

namespace aicovid {

extern const char* const kManifestSchema;

OrderedJson parse_checked(std::string_view text, const SchemaCheck& check) {
  return parse_checked(text, JsonCheck{.schema = kManifestSchema,
                                       .definition = check.definition,
                                       .what = check.file,
                                       .code = ErrorCode::bad_bundle,
                                       .repeats_texts = true});
}

}  // namespace aicovid
