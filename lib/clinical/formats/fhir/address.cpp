#include "address.hpp"

#include <algorithm>

namespace aicovid {

namespace {

constexpr std::string_view kUuid = "urn:uuid:";

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

bool is_id_character(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

std::string lower(std::string_view text) {
  std::string small(text);
  std::ranges::transform(small, small.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return small;
}

bool is_type(std::string_view text) {
  return !text.empty() && text[0] >= 'A' && text[0] <= 'Z' && std::ranges::all_of(text, is_letter);
}

/// FHIR's data type id: 1 to 64 letters, digits, hyphens and points; low lines, which it forbids,
/// are common.
bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, is_id_character);
}

/// The address without the version that it may end with.
std::string_view without_version(std::string_view text) {
  constexpr std::string_view kHistory = "/_history/";
  const std::size_t at = text.rfind(kHistory);
  return at != text.npos && is_id(text.substr(at + kHistory.size())) ? text.substr(0, at) : text;
}

std::string without_doubled_slashes(std::string_view path) {
  std::string plain;
  for (const char c : path) {
    if (c != '/' || !plain.ends_with('/')) plain += c;
  }
  return plain;
}

/// Returns one spelling of an address of the web: scheme and host are in small letters, a port that
/// is the scheme's own and empty steps of the path are left out, and http stands for https.
/// Source: RFC 3986, 6.2.2 and 6.2.3.
std::string web_address(std::string_view text, bool is_secure) {
  text.remove_prefix(std::string_view(is_secure ? "https://" : "http://").size());
  const std::size_t path = std::min(text.find_first_of("/?#"), text.size());
  const std::size_t query = std::min(text.find_first_of("?#"), text.size());
  std::string host = lower(text.substr(0, path));
  const std::string_view port = is_secure ? ":443" : ":80";
  if (host.ends_with(port)) host.erase(host.size() - port.size());
  return "http://" + host + without_doubled_slashes(text.substr(path, query - path)) +
         std::string(text.substr(query));
}

/// Returns one of the many spellings that lead to the same place. The letters of a path count, and
/// what begins with a slash is resolved by rules that nobody follows alike.
std::string one_spelling(std::string_view text) {
  std::string small = lower(text);
  for (const bool is_secure : {true, false}) {
    if (small.starts_with(is_secure ? "https://" : "http://")) return web_address(text, is_secure);
  }
  if (small.starts_with(kUuid) || small.starts_with("urn:oid:")) return small;
  const bool is_relative = text.find(':') == text.npos && !text.starts_with('/');
  return is_relative ? without_doubled_slashes(text) : std::string(text);
}

/// Whether resources of a server can stand below it. What begins otherwise ("../tenant", "//host")
/// is resolved by rules that nobody follows alike, and behind "?" or "#" stands no path.
bool is_server(std::string_view text) {
  return (text.starts_with("http://") && text.size() > std::string_view("http://").size()) &&
         text.find_first_of("?#") == text.npos;
}

}  // namespace

FhirAddress parse_fhir_address(std::string_view text) {
  FhirAddress address;
  address.text = without_version(one_spelling(text));
  const std::string_view whole = address.text;
  const std::size_t slash = whole.rfind('/');
  if (slash == whole.npos || slash == 0) return address;
  const std::size_t before = whole.rfind('/', slash - 1);
  const std::size_t begin = before == whole.npos ? 0 : before + 1;
  const std::string_view type = whole.substr(begin, slash - begin);
  const std::string_view id = whole.substr(slash + 1);
  if (!is_type(type) || !is_id(id)) return address;
  if (before != whole.npos && !is_server(whole.substr(0, before))) return address;
  address.type = type;
  address.id = logical_id(id);
  if (before != whole.npos) address.server = whole.substr(0, before);
  return address;
}

FhirAddress on_server(FhirAddress relative, const std::string& server) {
  if (relative.text.empty() || relative.is_absolute() || server.empty()) return relative;
  relative.text = server + "/" + relative.text;
  relative.server = server;
  return relative;
}

std::string logical_id(std::string_view id) {
  const std::string uuid = uuid_address(id);
  return uuid.empty() ? std::string(id) : uuid.substr(kUuid.size());
}

std::string uuid_address(std::string_view id) {
  if (id.size() != 36) return {};
  for (std::size_t i = 0; i < id.size(); ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = id[i];
    const bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (hyphen ? c != '-' : !digit) return {};
  }
  return std::string(kUuid) + lower(id);
}

}  // namespace aicovid
