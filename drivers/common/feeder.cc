#include "drivers/common/feeder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "harness/base/short_text.h"
#include "harness/base/text_file.h"

namespace tidemark {
namespace {

constexpr std::uintmax_t kLargestFile = 64 << 20;
constexpr std::size_t kMostColumns = 1024;
// A file of nothing but commas must not become a gigabyte of cells.
constexpr std::size_t kMostCells = 16 << 20;
constexpr std::size_t kLongestList = 80;

tl::unexpected<Error> wrong(std::string message, std::string hint = {}) {
  return fail(ErrorKind::kUsage, std::move(message), std::move(hint));
}

std::string listed(const std::vector<std::string>& names) {
  return one_line(fmt::format("{}", fmt::join(names, ", ")), kLongestList);
}

}  // namespace

// Takes a text apart, row by row; quotes are undone in place, which never
// needs more room than they took.
class CsvReader {
 public:
  using Cell = Feeder::Cell;

  CsvReader(std::string& text, std::string_view file)
      : text_(text), file_(file) {
    if (text.starts_with("\xef\xbb\xbf")) at_ = 3;
  }

  // Appends the next row's cells. False: there is none.
  Result<bool> read_row(std::vector<Cell>& cells) {
    while (at_ < text_.size() && at_line_end()) skip_line_end();
    if (at_ >= text_.size()) return false;
    row_line_ = line_;
    while (true) {
      const Result<Cell> cell =
          text_[at_] == '"' ? read_quoted() : read_plain();
      TIDEMARK_TRY(cell);
      cells.push_back(*cell);
      if (at_ >= text_.size()) return true;
      if (at_line_end()) {
        skip_line_end();
        return true;
      }
      ++at_;  // the comma
      if (at_ >= text_.size()) {
        cells.push_back({static_cast<std::uint32_t>(at_), 0});
        return true;
      }
    }
  }

  // Where the row that was read last begins: "users.csv:3".
  std::string place() const { return place(row_line_); }
  std::string place(std::size_t line) const {
    return fmt::format("{}:{}", file_, line);
  }

 private:
  bool at_line_end() const {
    return text_[at_] == '\n' ||
           (text_[at_] == '\r' && at_ + 1 < text_.size() &&
            text_[at_ + 1] == '\n');
  }

  void skip_line_end() {
    at_ += text_[at_] == '\r' ? 2 : 1;
    ++line_;
  }

  Result<Cell> read_plain() {
    const std::size_t begin = at_;
    for (; at_ < text_.size() && text_[at_] != ','; ++at_) {
      if (text_[at_] == '"')
        return wrong(fmt::format("{}: a `\"` inside a cell that does not "
                                 "begin with one",
                                 place(line_)),
                     "put the cell in quotes and write \"\" for a quote");
      if (at_line_end()) break;
      if (text_[at_] == '\r')
        return wrong(
            fmt::format("{}: wanted CRLF or LF at the line's end, "
                        "found CR alone",
                        place(line_)));
    }
    return cell(begin, at_);
  }

  Result<Cell> read_quoted() {
    const std::size_t line = line_;
    const std::size_t begin = ++at_;
    std::size_t end = begin;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') {
        if (at_ >= text_.size() || text_[at_] == ',' || at_line_end())
          return cell(begin, end);
        if (text_[at_] != '"')
          return wrong(fmt::format("{}: wanted `,` or the line's end after a "
                                   "closing `\"`",
                                   place(line_)),
                       "write \"\" for a quote inside quotes");
        ++at_;
      }
      if (c == '\n') ++line_;
      text_[end++] = c;
    }
    return wrong(fmt::format("{}: a cell's `\"` is never closed", place(line)));
  }

  static Cell cell(std::size_t begin, std::size_t end) {
    return {static_cast<std::uint32_t>(begin),
            static_cast<std::uint32_t>(end - begin)};
  }

  std::string& text_;
  std::string_view file_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t row_line_ = 1;
};

namespace {

Status check_columns(const std::vector<std::string>& columns,
                     const std::string& place) {
  if (columns.size() > kMostColumns)
    return wrong(fmt::format("{}: wanted at most {} columns, found {}", place,
                             kMostColumns, columns.size()));
  std::vector<std::string_view> sorted(columns.begin(), columns.end());
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end() && !twice->empty())
    return wrong(fmt::format("{}: two columns are called `{}`", place,
                             one_line(*twice)));
  for (const std::string& name : columns) {
    if (name.empty())
      return wrong(fmt::format("{}: wanted a name for every column, found: {}",
                               place, listed(columns)),
                   "name them in `fields`");
    if (name.front() == '$' || name.find_first_of("{}") != std::string::npos)
      return wrong(fmt::format("{}: `{}` cannot be the name of a variable",
                               place, one_line(name)),
                   "name the columns in `fields`");
  }
  return {};
}

}  // namespace

Result<Feeder> Feeder::parse(const FeederSpec& spec, std::string text,
                             std::string_view file) {
  if (text.size() > kLargestFile)
    return wrong(fmt::format("{}: wanted at most 64 MiB, found {} bytes", file,
                             text.size()));
  Feeder feeder;
  feeder.text_ = std::move(text);
  feeder.random_ = spec.random;
  CsvReader reader(feeder.text_, file);
  std::vector<Cell> header;
  if (spec.fields.empty() || spec.skip_header)
    TIDEMARK_TRY(reader.read_row(header));
  if (spec.fields.empty()) {
    if (header.empty())
      return wrong(
          fmt::format("{}: wanted a row with the columns' names, "
                      "found an empty file",
                      reader.place()));
    for (const Cell& cell : header)
      feeder.columns_.emplace_back(trimmed(
          std::string_view(feeder.text_).substr(cell.begin, cell.size)));
  } else {
    feeder.columns_ = spec.fields;
  }
  TIDEMARK_TRY(check_columns(feeder.columns_, reader.place()));
  while (true) {
    const std::size_t before = feeder.cells_.size();
    const Result<bool> more = reader.read_row(feeder.cells_);
    TIDEMARK_TRY(more);
    if (!*more) break;
    const std::size_t found = feeder.cells_.size() - before;
    if (found != feeder.columns_.size())
      return wrong(fmt::format("{}: wanted {} cells ({}), found {}",
                               reader.place(), feeder.columns_.size(),
                               listed(feeder.columns_), found));
    if (feeder.cells_.size() > kMostCells)
      return wrong(fmt::format("{}: wanted at most {} cells in all",
                               reader.place(), kMostCells));
  }
  if (feeder.cells_.empty())
    return wrong(fmt::format("{}: wanted rows ({}), found none", reader.place(),
                             listed(feeder.columns_)));
  feeder.cells_.shrink_to_fit();
  return feeder;
}

Result<Feeder> Feeder::open(const FeederSpec& spec, const std::string& folder) {
  const std::string path = (std::filesystem::path(folder) / spec.path).string();
  std::error_code trouble;
  const std::filesystem::file_status status =
      std::filesystem::status(path, trouble);
  if (status.type() == std::filesystem::file_type::not_found)
    return wrong(fmt::format("cannot read {}: no such file", path),
                 "paths of CSV files begin at the scenario's folder");
  // A pipe or a device might never end.
  if (status.type() != std::filesystem::file_type::regular)
    return wrong(fmt::format("cannot read {}: wanted a file", path));
  const std::uintmax_t size = std::filesystem::file_size(path, trouble);
  if (trouble)
    return wrong(fmt::format("cannot read {}: {}", path, trouble.message()));
  if (size > kLargestFile)
    return wrong(
        fmt::format("{}: wanted at most 64 MiB, found {} bytes", path, size));
  Result<std::string> text = read_file(path);
  if (!text)
    return wrong(std::move(text.error().message), std::move(text.error().hint));
  return parse(spec, std::move(*text), path);
}

std::size_t Feeder::next(Random& random) {
  if (random_) return random.below(static_cast<std::uint32_t>(rows()));
  const std::size_t row = next_++;
  if (next_ == rows()) next_ = 0;
  return row;
}

std::string_view Feeder::cell(std::size_t row, std::size_t column) const {
  const Cell& found = cells_[row * columns_.size() + column];
  return std::string_view(text_).substr(found.begin, found.size);
}

void Feeder::assign(std::size_t row, const std::vector<std::uint16_t>& numbers,
                    std::vector<std::string>& values) const {
  const std::size_t count = std::min(numbers.size(), columns_.size());
  for (std::size_t column = 0; column < count; ++column)
    if (numbers[column] < values.size())
      values[numbers[column]].assign(cell(row, column));
}

}  // namespace tidemark
