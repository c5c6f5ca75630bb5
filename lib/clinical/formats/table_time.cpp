#include "table_time.hpp"

#include "record/timestamp.hpp"

namespace aicovid {

std::string time_of_cell(std::string_view cell) {
  constexpr std::size_t kDay = std::string_view("2020-04-01").size();
  std::string time(cell);
  if (time.size() > kDay && time[kDay] == ' ') time[kDay] = 'T';
  return parse_timestamp(time) ? time : std::string(cell);
}

}  // namespace aicovid
