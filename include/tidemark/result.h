// One way to fail: Result<T> holds a T or an Error, and the compiler refuses
// to let either be ignored.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace tidemark {

// Who has to act. The command line turns each into an exit code (see
// exit_code() in harness/cli/exit_codes.h).
enum class ErrorKind {
  kUsage,        // the command line or the scenario is wrong: exit 3
  kEnvironment,  // this machine or the service failed: exit 4
  kBug,          // tidemark itself is wrong: exit 5
  kInterrupted,  // Ctrl-C or SIGTERM: exit 130
};

// A failure as it will be read by a person: `message` says what was wanted
// and what was found; `hint`, possibly empty, says what to do about it.
struct Error {
  ErrorKind kind = ErrorKind::kBug;
  std::string message;
  std::string hint;

  bool operator==(const Error&) const = default;
};

template <class T>
struct [[nodiscard]] Result : tl::expected<T, Error> {
  using tl::expected<T, Error>::expected;
};

using Status = Result<void>;

inline tl::unexpected<Error> fail(ErrorKind kind, std::string message,
                                  std::string hint = {}) {
  return tl::unexpected<Error>(
      Error{kind, std::move(message), std::move(hint)});
}

inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

// Returns the error from the enclosing function, or goes on.
#define TIDEMARK_TRY(expression)                                       \
  do {                                                                 \
    auto&& tidemark_try_result = (expression);                         \
    if (!tidemark_try_result)                                          \
      return ::tidemark::fail(std::move(tidemark_try_result).error()); \
  } while (false)

}  // namespace tidemark
