// EXPECT leak 176 bytes in 1 objects per unmasked_text provocation at blame
//
// A service with an error path: input that breaks the protocol is written
// down for a report. Guilty: the report is kept for ever. Innocent: it is
// dropped once it is made. Clients that behave leave nothing in either, and
// neither do those whose input is unusual but right.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/options.h"
#include "common/retainer.h"
#include "common/ws_server.h"

namespace {

using specimen::ConnectionId;

struct Report {
  ConnectionId connection;
  char text[168];
};

// Taken at the start, so that a report itself is all that input can leave.
constexpr std::size_t kReports = 1'000'000;

std::vector<std::unique_ptr<Report>> reports;

[[gnu::noinline]] void blame(ConnectionId id) {
  reports.emplace_back(new Report{id, "input that breaks RFC 6455"});
}

class ErrorPath final : public specimen::Behaviour {
 public:
  explicit ErrorPath(bool guilty) : guilty_(guilty) {
    reports.reserve(kReports);
  }

  void broken(ConnectionId id) override {
    if (reports.size() == kReports) return;
    blame(id);
    if (!guilty_) reports.pop_back();
    ++broken_;
  }
  std::string retainer() const override {
    if (!guilty_) return {};
    return specimen::retainer_line({.root_kind = "global",
                                    .root = "(anonymous namespace)::reports",
                                    .through = {"vector"}});
  }
  std::string truth() const override {
    return specimen::truth_line(
        reports.size() * sizeof(Report), reports.size(),
        "kept by " + std::to_string(broken_) + " provocations");
  }

 private:
  bool guilty_;
  std::uint64_t broken_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  const specimen::Options options(count, arguments);
  ErrorPath path(options.guilty());
  return specimen::serve(options.port(), path);
}
