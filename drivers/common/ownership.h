// The second key to a target off loopback: a file that the target itself
// serves, with the fingerprint of the scenario it may be loaded by.
//
//   GET http://HOST:PORT/.well-known/tidemark.txt
//
//   4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865
//   tidemark: hostile
//
// The second line is needed for ways to end a connection that no well-meaning
// client has. Other lines are for people.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "drivers/common/endpoint.h"
#include "tidemark/clock.h"
#include "tidemark/result.h"

namespace tidemark {

inline constexpr const char* kOwnershipPath = "/.well-known/tidemark.txt";
inline constexpr const char* kHostileLine = "tidemark: hostile";
inline constexpr Duration kOwnershipTimeout = std::chrono::seconds(3);
inline constexpr Duration kOwnershipInterval = std::chrono::seconds(60);
inline constexpr std::size_t kMaxOwnershipBytes = 64 << 10;  // with its head

// In 64 lower-case digits.
std::string sha256_hex(std::string_view text);

// One address that is to be loaded, and what it has to agree to.
struct OwnershipQuestion {
  Endpoint address;                  // allowed; with the port of the file
  std::string host;                  // as a Host header has it
  std::string digest;                // of the scenario's text
  std::vector<std::string> hostile;  // the ways that need leave, by name
};

// The file's text from an HTTP answer as far as it has come; nothing while
// more must be awaited. `ended`: no more will come. kEnvironment, in few
// words, if it is not the file.
Result<std::optional<std::string>> parse_ownership_answer(
    std::string_view answer, bool ended);

// Asks `question.address` and nobody else: no name is looked up, no redirect
// followed. kUsage, with what to do, unless the file is there and agrees;
// blocks for at most kOwnershipTimeout.
Status check_ownership(const OwnershipQuestion& question);

// Asks all of them at first, and again every kOwnershipInterval. Used from
// one thread at a time.
class OwnershipWatch {
 public:
  OwnershipWatch(std::vector<OwnershipQuestion> questions, Clock& clock)
      : questions_(std::move(questions)), clock_(clock) {}

  // Asks if it is time to. kUsage at first, kEnvironment later on: the leave
  // was withdrawn.
  Status check_if_due();

  bool empty() const { return questions_.empty(); }

 private:
  std::vector<OwnershipQuestion> questions_;
  Clock& clock_;
  std::optional<TimePoint> asked_;
};

}  // namespace tidemark
