// A service with three leaks, for what must be told apart and known again:
//
//   remember    per connection: a visit, its name and its map node, 3 blocks
//   log_open    per connection, too, but for somebody else: 1 block
//   note_break  per abnormal close: 1 block
//
// MOVED makes another build of it: other lines, other addresses, one more
// function in front. The leaks are the same.
#include <array>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>

#include "common/options.h"
#include "common/ws_server.h"

namespace {

using specimen::ConnectionId;

struct Visit {
  std::string name;
  std::array<char, 168> seen{};
};

std::map<ConnectionId, std::unique_ptr<Visit>> visits;
std::list<std::array<char, 40>> opens;
std::list<std::array<char, 80>> breaks;
std::uint64_t connections = 0;

#ifdef MOVED
std::array<char, 4096> table{1};

[[gnu::noinline]] char table_sum() {
  char sum = 0;
  for (char c : table) sum = static_cast<char>(sum + c);
  return sum;
}

#else
char table_sum() { return 0; }
#endif

[[gnu::noinline]] void remember(ConnectionId id) {
  auto visit = std::make_unique<Visit>();
  visit->name.assign(100, static_cast<char>('a' + table_sum()));
  visits.emplace(id, std::move(visit));
}

[[gnu::noinline]] void log_open() { opens.emplace_back(); }

[[gnu::noinline]] void count_connection() {
  log_open();
  ++connections;  // so that the call is not the last thing it does
}

[[gnu::noinline]] void note_break() { breaks.emplace_back(); }

class ThreeLeaks final : public specimen::Behaviour {
 public:
  void opened(ConnectionId id) override {
    remember(id);
    count_connection();
    ++opened_;
  }
  void closed(ConnectionId, bool abnormal) override {
    if (abnormal) note_break();
    ++closed_;
  }
  std::string truth() const override {
    return std::to_string(opened_) + " opened, " + std::to_string(closed_) +
           " closed";
  }

 private:
  std::uint64_t opened_ = 0;
  std::uint64_t closed_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  const specimen::Options options(count, arguments);
  ThreeLeaks service;
  return specimen::serve(options.port(), service);
}
