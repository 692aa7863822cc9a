// EXPECT leak 48 bytes in 1 objects per abnormal close at log_abnormal_close
//
// A log of the connections that ended without a close frame. Guilty: it keeps
// a line for each. Innocent: the line is made and dropped. Connections that
// say goodbye leave nothing in either.
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "common/options.h"
#include "common/retainer.h"
#include "common/ws_server.h"

namespace {

using specimen::ConnectionId;

// The place for the lines themselves is taken at the start and never grows,
// so that the text of a line is all that an abnormal close can leave.
constexpr std::size_t kLines = 1'000'000;
constexpr std::size_t kLineLength = 47;

std::vector<std::string> lines;

[[gnu::noinline]] void log_abnormal_close(ConnectionId id) {
  char text[kLineLength + 1];
  std::snprintf(text, sizeof text, "connection %016llu ended with no close",
                static_cast<unsigned long long>(id));
  lines.emplace_back(text, kLineLength);
}

class SessionLog final : public specimen::Behaviour {
 public:
  explicit SessionLog(bool guilty) : guilty_(guilty) { lines.reserve(kLines); }

  void closed(ConnectionId id, bool abnormal) override {
    if (!abnormal || lines.size() == kLines) return;
    log_abnormal_close(id);
    if (!guilty_) lines.pop_back();
    ++abnormal_;
  }
  std::string retainer() const override {
    if (!guilty_) return {};
    return specimen::retainer_line({.root_kind = "global",
                                    .root = "(anonymous namespace)::lines",
                                    .through = {"vector", "string"}});
  }
  std::string truth() const override {
    std::uint64_t bytes = 0;
    for (const std::string& line : lines) bytes += line.capacity() + 1;
    return specimen::truth_line(
        bytes, lines.size(),
        "kept by " + std::to_string(abnormal_) + " abnormal closes");
  }

 private:
  bool guilty_;
  std::uint64_t abnormal_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  const specimen::Options options(count, arguments);
  SessionLog log(options.guilty());
  return specimen::serve(options.port(), log);
}
