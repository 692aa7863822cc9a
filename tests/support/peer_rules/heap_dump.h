// A heap as tools for managed runtimes see it: objects with names and named
// references. What the rules on graphs are fed with.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::peers {

using ObjectNumber = std::size_t;
inline constexpr ObjectNumber kNull = static_cast<ObjectNumber>(-1);

struct DumpReference {
  std::string name;  // "field Pair.first"; of an element its index
  ObjectNumber to = kNull;
  bool is_element = false;  // of an array
};

struct DumpObject {
  std::string name;  // "instance of Pair", "array of Object"
  std::vector<DumpReference> references;
};

struct HeapDump {
  std::vector<DumpObject> objects;
  std::vector<ObjectNumber> roots;

  ObjectNumber object(std::string name) {
    objects.push_back({std::move(name), {}});
    return objects.size() - 1;
  }
  ObjectNumber root(std::string name) {
    roots.push_back(object(std::move(name)));
    return roots.back();
  }
  void refer(ObjectNumber from, std::string name, ObjectNumber to) {
    objects[from].references.push_back({std::move(name), to, false});
  }
  void append(ObjectNumber array, ObjectNumber element) {
    std::vector<DumpReference>& all = objects[array].references;
    all.push_back({std::to_string(all.size()), element, true});
  }
};

}  // namespace tidemark::peers
