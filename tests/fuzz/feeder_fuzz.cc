// Any bytes as a CSV file: never a crash, and rows are as wide as the names.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "drivers/common/feeder.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace tidemark;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const Result<Feeder> feeder = Feeder::parse({}, text, "fuzz.csv");
  if (!feeder) {
    if (!feeder.error().message.starts_with("fuzz.csv:")) std::abort();
    return 0;
  }
  std::size_t sum = 0;
  for (std::size_t row = 0; row < feeder->rows(); ++row)
    for (std::size_t column = 0; column < feeder->columns().size(); ++column)
      sum += feeder->cell(row, column).size();
  if (feeder->rows() == 0 || sum > size) std::abort();
  // What was read, written with every cell in quotes, reads the same.
  std::string again;
  const auto write = [&again](std::string_view cell, bool last) {
    again += '"';
    for (char c : cell) again.append(c == '"' ? 2 : 1, c);
    again += last ? "\"\r\n" : "\",";
  };
  const std::size_t width = feeder->columns().size();
  for (std::size_t column = 0; column < width; ++column)
    write(feeder->columns()[column], column + 1 == width);
  for (std::size_t row = 0; row < feeder->rows(); ++row)
    for (std::size_t column = 0; column < width; ++column)
      write(feeder->cell(row, column), column + 1 == width);
  const Result<Feeder> copy = Feeder::parse({}, again, "fuzz.csv");
  if (!copy || copy->rows() != feeder->rows()) std::abort();
  for (std::size_t row = 0; row < feeder->rows(); ++row)
    for (std::size_t column = 0; column < width; ++column)
      if (copy->cell(row, column) != feeder->cell(row, column)) std::abort();
  return 0;
}
