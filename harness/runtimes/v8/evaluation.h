// JavaScript that a process is asked to evaluate, and what it answers. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "tidemark/result.h"
#include "tidemark/units.h"

namespace tidemark::v8 {

// The parameters of Runtime.evaluate for a value that is given back whole, so
// that the inspector keeps nothing of it.
std::string evaluation_of(std::string_view expression);

// Gives "v20.20.2 11.3.244.8-node.29".
extern const std::string_view kVersions;
// Ends after a turn of the event loop, in which finalizers may run.
extern const std::string_view kTurn;
// What process.memoryUsage() and process.getActiveResourcesInfo() say.
extern const std::string_view kFigures;

// A text that was evaluated. The error is what was thrown.
Result<std::string> parse_text(std::string_view result);

struct NodeFigures {
  Bytes rss;
  Bytes heap_total;
  Bytes heap_used;
  Bytes external;
  Bytes array_buffers;
  std::map<std::string, Count> active;  // handles and requests, by kind

  bool operator==(const NodeFigures&) const = default;
};

// Of kFigures.
Result<NodeFigures> parse_figures(std::string_view result);

// What Runtime.getHeapUsage answers: bytes in use.
Result<Bytes> parse_heap_usage(std::string_view result);

// As a person reads it: "rss 61.2 MB, heap 5.1 of 8.3 MB, …".
std::string in_words(const NodeFigures& figures);

}  // namespace tidemark::v8
