// Programs of a few lines, each with one block that is held in one way:
// `shapes NAME` builds it, prints the truth about it as one line of JSON and
// waits for the end of standard input. `shapes --list` names them all.
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

}  // namespace

int main(int count, char** arguments) {
  const std::string_view word = count == 2 ? arguments[1] : "";
  if (word == "--list") return list();
  const shapes::Shape* shape = find(word);
  if (!shape) {
    std::fprintf(stderr, "usage: shapes --list | shapes NAME\n");
    return 3;
  }
  shapes::name_shape(shape->name);
  shape->run();
  _exit(0);  // without destructors: a shape may be no sound container
}
