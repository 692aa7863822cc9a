// EXPECT leak 112 bytes in 1 objects per message over 4 KiB at note_large
//
// A service that takes note of large messages, for a statistic. Guilty: the
// notes are kept for ever. Innocent: each is dropped once it is counted.
// Messages of up to 4 KiB leave nothing in either, however many there are.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/options.h"
#include "common/retainer.h"
#include "common/ws_server.h"

namespace {

using specimen::ConnectionId;

constexpr std::uint64_t kLarge = 4096;

struct Note {
  ConnectionId connection;
  std::uint64_t bytes;
  char text[96];
};

// Taken at the start, so that a note itself is all that a message can leave.
constexpr std::size_t kNotes = 1'000'000;

std::vector<std::unique_ptr<Note>> notes;

[[gnu::noinline]] void note_large(ConnectionId id, std::uint64_t bytes) {
  notes.emplace_back(new Note{id, bytes, "a message over 4 KiB"});
}

class BigMessage final : public specimen::Behaviour {
 public:
  explicit BigMessage(bool guilty) : guilty_(guilty) { notes.reserve(kNotes); }

  void received(ConnectionId id, std::uint64_t bytes) override {
    if (bytes <= kLarge || notes.size() == kNotes) return;
    note_large(id, bytes);
    if (!guilty_) notes.pop_back();
    ++large_;
  }
  std::string retainer() const override {
    if (!guilty_) return {};
    return specimen::retainer_line({.root_kind = "global",
                                    .root = "(anonymous namespace)::notes",
                                    .through = {"vector"}});
  }
  std::string truth() const override {
    return specimen::truth_line(
        notes.size() * sizeof(Note), notes.size(),
        "kept by " + std::to_string(large_) + " messages over 4 KiB");
  }

 private:
  bool guilty_;
  std::uint64_t large_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  const specimen::Options options(count, arguments);
  BigMessage behaviour(options.guilty());
  return specimen::serve(options.port(), behaviour);
}
