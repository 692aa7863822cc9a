// Programs of a few lines, each with one block that is held in one way:
// `shapes NAME` builds it, prints the truth about it as one line of JSON and
// waits for the end of standard input; `shapes --wait NAME` says so and waits
// for a byte of it beforehand. `shapes --list` names them all.
// check_shapes.py compares what a reader of memory answers with the truth.
#include <unistd.h>

#include <array>
#include <cstdio>
#include <string_view>

#include "tests/retention/shape.h"

namespace {

using Family = std::span<const shapes::Shape> (*)();

constexpr std::array<Family, 11> kFamilies = {
    shapes::globals,       shapes::stacks,     shapes::registers,
    shapes::thread_locals, shapes::interiors,  shapes::sizes,
    shapes::links,         shapes::containers, shapes::hidden,
    shapes::mappings,      shapes::lost};

int list() {
  for (const Family family : kFamilies) {
    for (const shapes::Shape& shape : family()) {
      std::printf("%-28s %s\n", shape.name, shape.about);
    }
  }
  return 0;
}

const shapes::Shape* find(std::string_view name) {
  for (const Family family : kFamilies) {
    for (const shapes::Shape& shape : family()) {
      if (name == shape.name) return &shape;
    }
  }
  return nullptr;
}

// Without a block from malloc, which stdio would want for a buffer.
bool may_begin() {
  constexpr std::string_view kWaiting = "waiting\n";
  char byte;
  return write(STDOUT_FILENO, kWaiting.data(), kWaiting.size()) > 0 &&
         read(STDIN_FILENO, &byte, 1) == 1;
}

}  // namespace

int main(int count, char** arguments) {
  const std::string_view word = count >= 2 ? arguments[1] : "";
  if (word == "--list") return list();
  const bool waits = word == "--wait" && count == 3;
  const shapes::Shape* shape = find(waits ? arguments[2] : word);
  if (!shape) {
    std::fprintf(stderr, "usage: shapes --list | shapes [--wait] NAME\n");
    return 3;
  }
  if (waits && !may_begin()) return 3;
  shapes::name_shape(shape->name);
  shape->run();
  _exit(0);  // without destructors: a shape may be no sound container
}
