#include "harness/runtimes/jvm/size_word.h"

#include "harness/runtimes/jvm/text_lines.h"

namespace tidemark::jvm {

std::optional<Bytes> parse_size_word(std::string_view word) {
  // Address spaces end here; shifted by the unit, nothing overflows.
  constexpr std::int64_t kMost = std::int64_t{1} << 57;
  if (word.ends_with('B')) word.remove_suffix(1);
  int shift = 0;
  if (word.ends_with('K')) shift = 10;
  if (word.ends_with('M')) shift = 20;
  if (word.ends_with('G')) shift = 30;
  if (shift > 0) word.remove_suffix(1);
  const std::optional<std::int64_t> number = whole_number(word);
  if (!number || *number > kMost >> shift) return std::nullopt;
  return Bytes{*number << shift};
}

}  // namespace tidemark::jvm
