// Scores one radiograph with the values of a clinical record.
//   score_one CHEST.dcm PATIENT.json
#include <aicovid/aicovid.hpp>

#include <fstream>
#include <iostream>
#include <iterator>

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: score_one CHEST.dcm PATIENT.json\n";
    return 2;
  }
  try {
    std::ifstream file(argv[2]);
    const std::string json{std::istreambuf_iterator<char>(file), {}};

    const auto assessor = aicovid::Assessor::load("severity");
    const auto radiograph = aicovid::read_radiograph(argv[1]);
    const auto record = aicovid::ClinicalRecord::parse_json(json);
    const aicovid::RiskReport report = assessor.assess(radiograph, record);

    std::cout << aicovid::to_text(report) << '\n';
    return report.refused() ? 3 : 0;
  } catch (const aicovid::Error& error) {
    std::cerr << aicovid::to_string(error.code()) << ": " << error.what() << '\n';
    return aicovid::exit_status(error.code());
  }
}
