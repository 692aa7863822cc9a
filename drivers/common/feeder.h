// Rows of a CSV file, handed out as variables of a flow.
//
// RFC 4180: cells are separated by commas, rows by CRLF or LF; a cell in
// double quotes may hold both, and a quote as "". A byte order mark is
// skipped, and so are empty lines. Other bytes are taken as they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/common/random.h"
#include "tidemark/result.h"
#include "tidemark/scenario.h"

namespace tidemark {

// One thread at a time. A file is at most 64 MiB.
class Feeder {
 public:
  // `folder` is the scenario's; "" stands for the current one. Every error
  // is kUsage and begins with FILE:LINE if it is about the content.
  static Result<Feeder> open(const FeederSpec& spec, const std::string& folder);

  // The same of a file that has been read: `file` is its name in errors.
  static Result<Feeder> parse(const FeederSpec& spec, std::string text,
                              std::string_view file);

  const std::vector<std::string>& columns() const { return columns_; }
  std::size_t rows() const { return cells_.size() / columns_.size(); }

  // The number of the row whose turn it is: one after the other and from the
  // top again, or (random: true) any of them.
  std::size_t next(Random& random);

  // Valid as long as the feeder. REQUIRES: row < rows(), column < columns.
  std::string_view cell(std::size_t row, std::size_t column) const;

  // Puts each cell of `row` into values[numbers[column]]: numbers are those
  // of the columns' names in VariableNames.
  void assign(std::size_t row, const std::vector<std::uint16_t>& numbers,
              std::vector<std::string>& values) const;

 private:
  struct Cell {
    std::uint32_t begin;
    std::uint32_t size;
  };
  friend class CsvReader;
  Feeder() = default;

  std::string text_;  // cells are parts of it, with "" made " in place
  std::vector<std::string> columns_;  // never empty
  std::vector<Cell> cells_;           // row after row
  std::size_t next_ = 0;
  bool random_ = false;
};

}  // namespace tidemark
