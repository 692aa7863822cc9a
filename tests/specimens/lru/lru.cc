// EXPECT pass
//
// The last sixty-four sessions are remembered, and no more: every connection
// leaves an entry and pushes an older one out. Bounded, and innocent.

#include <cstdio>
#include <list>
#include <string>
#include <unordered_map>

#include "tests/specimens/common/ws_server.h"

namespace {

constexpr std::size_t kEntries = 64;

struct Entry {
  std::size_t id;
  std::string summary;
};

std::list<Entry> recent;
std::unordered_map<std::size_t, std::list<Entry>::iterator> by_id;

[[gnu::noinline]] void cache_session(std::size_t id) {
  char text[64];
  std::snprintf(text, sizeof text, "session %012zu, all went well", id);
  recent.push_front({id, text});
  by_id[id] = recent.begin();
  if (recent.size() <= kEntries) return;
  by_id.erase(recent.back().id);
  recent.pop_back();
}

}  // namespace

int main(int argc, char** argv) {
  specimen::Arguments arguments = specimen::parse_arguments(argc, argv);
  boost::asio::io_context io;
  specimen::Events events;
  events.on_close = [](std::size_t id, bool) { cache_session(id); };
  return specimen::serve(io, arguments, events);
}
