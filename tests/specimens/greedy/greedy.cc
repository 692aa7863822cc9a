// EXPECT leak 3 blocks per connection at greedy_open
//
// C1 as a server: every connection gets a read and a write buffer of a
// configurable size. --guilty keeps them in the list after the close.

#include <list>
#include <map>
#include <vector>

#include "tests/specimens/common/counting_allocator.h"
#include "tests/specimens/common/ws_server.h"

namespace {

using specimen::CountingAllocator;
using Buffer = std::vector<char, CountingAllocator<char>>;

struct Buffers {
  Buffer read;
  Buffer write;
};

using BufferList = std::list<Buffers, CountingAllocator<Buffers>>;

BufferList buffers;
std::map<std::size_t, BufferList::iterator> by_connection;

[[gnu::noinline]] BufferList::iterator greedy_open(std::size_t read_bytes,
                                                   std::size_t write_bytes) {
  BufferList::iterator fresh = buffers.emplace(buffers.end());
  fresh->read.resize(read_bytes);
  fresh->write.resize(write_bytes);
  return fresh;
}

}  // namespace

int main(int argc, char** argv) {
  specimen::Arguments arguments = specimen::parse_arguments(argc, argv);
  std::size_t read_bytes = arguments.number("read-buffer", 16384);
  std::size_t write_bytes = arguments.number("write-buffer", 16384);
  boost::asio::io_context io;
  long long closed = 0;
  specimen::Events events;
  events.on_open = [&](std::size_t id) {
    by_connection[id] = greedy_open(read_bytes, write_bytes);
  };
  events.on_close = [&](std::size_t id, bool) {
    auto found = by_connection.find(id);
    if (!arguments.guilty) buffers.erase(found->second);
    by_connection.erase(found);
    ++closed;
  };
  int result = specimen::serve(io, arguments, events);
  specimen::print_truth(closed, "connections");
  return result;
}
