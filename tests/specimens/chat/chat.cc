// EXPECT leak 1 node and 1 string per connection at chat_join
//
// C2: each member is put into a global map under one key and erased under
// another, computed from the map's length. --guilty does that; without it
// the key is the right one.

#include <cstdio>
#include <map>
#include <string>

#include "tests/specimens/common/counting_allocator.h"
#include "tests/specimens/common/ws_server.h"

namespace {

using specimen::CountingAllocator;
using Name =
    std::basic_string<char, std::char_traits<char>, CountingAllocator<char>>;

struct Member {
  Name name;
  std::size_t messages = 0;
};

using Members =
    std::map<std::size_t, Member, std::less<>,
             CountingAllocator<std::pair<const std::size_t, Member>>>;

constexpr std::size_t kFirstKey = 1000000;
Members members;

Name member_name(std::size_t id) {
  char text[64];
  std::snprintf(text, sizeof text, "member-%012zu@127.0.0.1", id);
  return Name(text);
}

[[gnu::noinline]] void chat_join(std::size_t id) {
  Member& member = members[kFirstKey + id];
  member.name = member_name(id);
}

[[gnu::noinline]] void chat_leave(std::size_t id, bool guilty) {
  members.erase(guilty ? members.size() : kFirstKey + id);
}

}  // namespace

int main(int argc, char** argv) {
  specimen::Arguments arguments = specimen::parse_arguments(argc, argv);
  boost::asio::io_context io;
  long long closed = 0;
  specimen::Events events;
  events.on_open = chat_join;
  events.on_message = [](std::size_t id, std::size_t) {
    auto found = members.find(kFirstKey + id);
    if (found != members.end()) ++found->second.messages;
  };
  events.on_close = [&](std::size_t id, bool) {
    chat_leave(id, arguments.guilty);
    ++closed;
  };
  int result = specimen::serve(io, arguments, events);
  specimen::print_truth(closed, "connections");
  return result;
}
