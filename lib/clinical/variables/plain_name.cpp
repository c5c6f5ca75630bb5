#include "clinical/plain_name.hpp"

#include <algorithm>
#include <functional>
#include <map>

namespace aicovid {

std::string plain_name(std::string_view name) {
  static const std::map<std::string, std::string, std::less<>> written = {
      {"care_location", "place of care"},
      {"copd", "COPD"},
      {"crp", "CRP"},
      {"d_dimer", "D-dimer"},
      {"diastolic_bp", "diastolic blood pressure"},
      {"fio2", "FiO₂"},
      {"gcs", "GCS"},
      {"hiv", "HIV"},
      {"inr", "INR"},
      {"ldh", "LDH"},
      {"paco2", "PaCO₂"},
      {"pao2", "PaO₂"},
      {"ph", "pH"},
      {"sao2", "SaO₂"},
      {"sars_cov_2", "infection status"},
      {"spo2", "SpO₂"},
      {"spo2_room_air", "SpO₂ on room air"},
      {"systolic_bp", "systolic blood pressure"},
      {"troponin_i", "troponin I"},
      {"troponin_t", "troponin T"},
  };
  if (const auto found = written.find(name); found != written.end()) return found->second;
  std::string text(name);
  std::ranges::replace(text, '_', ' ');
  return text;
}

std::string plain_names(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) {
    if (!list.empty()) list += ", ";
    list += plain_name(name);
  }
  return list;
}

}  // namespace aicovid
