// Graphs of a few objects in a few words, for the tests of this folder.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harness/runtimes/managed/object_graph.h"

namespace tidemark {

class GraphMaker {
 public:
  ObjectIndex object(const std::string& type, std::uint32_t bytes = 16) {
    const auto [known, fresh] = types_.try_emplace(
        type, static_cast<std::uint32_t>(graph_.type_names.size()));
    if (fresh) graph_.type_names.push_back(type);
    graph_.type.push_back(known->second);
    graph_.self.push_back(bytes);
    references_.emplace_back();
    return static_cast<ObjectIndex>(references_.size() - 1);
  }

  void hold(ObjectIndex from, const std::string& member, ObjectIndex to) {
    references_[from].emplace_back(member, to);
  }

  void root(RootKind kind, const std::string& name, ObjectIndex object) {
    graph_.roots.push_back({kind, name, object});
  }

  // Objects of this type need not be alike. REQUIRES: there is one.
  void plain(const std::string& type) {
    graph_.plain.resize(graph_.type_names.size());
    graph_.plain[types_.at(type)] = true;
  }

  ObjectGraph graph() const {
    ObjectGraph graph = graph_;
    const auto members = std::make_shared<std::vector<std::string>>();
    for (const auto& references : references_) {
      graph.first.push_back(static_cast<std::uint32_t>(graph.to.size()));
      for (const auto& [member, to] : references) {
        members->push_back(member);
        graph.to.push_back(to);
      }
    }
    graph.first.push_back(static_cast<std::uint32_t>(graph.to.size()));
    graph.member_of = [members](ObjectIndex, std::uint32_t edge) {
      return members->at(edge);
    };
    return graph;
  }

 private:
  ObjectGraph graph_;
  std::map<std::string, std::uint32_t> types_;
  std::vector<std::vector<std::pair<std::string, ObjectIndex>>> references_;
};

}  // namespace tidemark
