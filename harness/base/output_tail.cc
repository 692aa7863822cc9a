#include "harness/base/output_tail.h"

#include <algorithm>

namespace tidemark {
namespace {

void append_cut(std::string& line, std::string_view more) {
  const std::size_t room =
      OutputTail::kLineLength - std::min(line.size(), OutputTail::kLineLength);
  line.append(more.substr(0, room));
}

std::string printable(std::string line) {
  if (line.ends_with('\r')) line.pop_back();
  for (char& c : line) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\t') || byte == 0x7f) c = '?';
  }
  return line;
}

}  // namespace

void OutputTail::add(std::string_view piece) {
  if (!seen_ && !awaited_.empty()) {
    overlap_.append(piece);
    seen_ = overlap_.find(awaited_) != std::string::npos;
    const std::size_t keep = std::min(overlap_.size(), awaited_.size() - 1);
    overlap_.erase(0, overlap_.size() - keep);
  }
  while (!piece.empty()) {
    const std::size_t end = piece.find('\n');
    append_cut(unfinished_, piece.substr(0, end));
    if (end == std::string_view::npos) return;
    lines_.push_back(std::move(unfinished_));
    unfinished_.clear();
    if (lines_.size() > kLines) lines_.pop_front();
    piece.remove_prefix(end + 1);
  }
}

std::vector<std::string> OutputTail::lines() const {
  std::vector<std::string> result(lines_.begin(), lines_.end());
  if (!unfinished_.empty()) result.push_back(unfinished_);
  if (result.size() > kLines) result.erase(result.begin());
  std::transform(result.begin(), result.end(), result.begin(), printable);
  return result;
}

}  // namespace tidemark
