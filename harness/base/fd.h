// Fd owns one file descriptor: it is closed once, when its owner goes.
#pragma once

#include <utility>

namespace tidemark {

// Movable, not copyable. A moved-from or default Fd holds nothing (-1).
class Fd {
 public:
  Fd() = default;
  explicit Fd(int number) : number_(number) {}
  Fd(Fd&& other) noexcept : number_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

  // Gives the descriptor up without closing it.
  int release() { return std::exchange(number_, -1); }

  // Closes what is held and takes `number` instead. errno is kept.
  void reset(int number = -1);

 private:
  int number_ = -1;
};

}  // namespace tidemark
