// EXPECT leak 1 node and 1 string per abnormal close at log_abnormal_close
//
// A line is written to a log in memory for every connection that ends
// without a close frame. --guilty never trims it; without, the last sixteen
// lines are kept.

#include <cstdio>
#include <list>
#include <string>

#include "tests/specimens/common/counting_allocator.h"
#include "tests/specimens/common/ws_server.h"

namespace {

using specimen::CountingAllocator;
using Line =
    std::basic_string<char, std::char_traits<char>, CountingAllocator<char>>;

constexpr std::size_t kKeptLines = 16;
std::list<Line, CountingAllocator<Line>> lines;

[[gnu::noinline]] void log_abnormal_close(std::size_t id, bool guilty) {
  char text[64];
  std::snprintf(text, sizeof text, "session %012zu went away", id);
  lines.emplace_back(text);
  if (!guilty && lines.size() > kKeptLines) lines.pop_front();
}

}  // namespace

int main(int argc, char** argv) {
  specimen::Arguments arguments = specimen::parse_arguments(argc, argv);
  boost::asio::io_context io;
  long long abnormal = 0;
  specimen::Events events;
  events.on_close = [&](std::size_t id, bool clean) {
    if (clean) return;
    log_abnormal_close(id, arguments.guilty);
    ++abnormal;
  };
  int result = specimen::serve(io, arguments, events);
  specimen::print_truth(abnormal, "abnormal closes");
  return result;
}
