#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace aicovid {

/// An entry of a Bundle, or of a Bundle within it.
struct FlatEntry {
  const nlohmann::json* entry = nullptr;
  std::string name;  ///< as messages call it: "entry[3]", "entry[3].entry[0]"
};

/// The entries of the list `Bundle.entry`, with those of a Bundle within it in its place: a batch
/// of searches is answered by a Bundle of searchsets. Only a searchset or a collection is opened,
/// for the entries of other types may contradict one another (history) or are orders to a server;
/// and none with a modifier that may change what it means. What is not opened stays as it is.
/// Source: FHIR R4, bundle.html and http.html#transaction-response.
std::vector<FlatEntry> flat_entries(const nlohmann::json& entries);

}  // namespace aicovid
