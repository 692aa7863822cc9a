// Bytes that the kernel did not take yet.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tidemark {

class Unsent {
 public:
  bool empty() const { return taken_ == bytes_.size(); }
  std::size_t size() const { return bytes_.size() - taken_; }
  std::string_view rest() const {
    return std::string_view(bytes_).substr(taken_);
  }

  // To append to; longer than the rest by less than that.
  std::string& tail() { return bytes_; }

  // The kernel took so many more. The rest moves to the front only when it is
  // the smaller part: a reader that takes a little at a time costs no more
  // than one that takes all.
  void take(std::size_t count) {
    taken_ += count;
    if (2 * taken_ < bytes_.size()) return;
    bytes_.erase(0, taken_);
    taken_ = 0;
  }

 private:
  std::string bytes_;
  std::size_t taken_ = 0;
};

}  // namespace tidemark
