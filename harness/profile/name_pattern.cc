#include "harness/profile/name_pattern.h"

// Names are short: who needs more steps has written the pattern for that.
#define BOOST_REGEX_MAX_STATE_COUNT 200000
#include <fmt/format.h>

#include <boost/regex.hpp>
#include <stdexcept>

namespace tidemark {

struct NamePattern::Compiled {
  boost::regex regex;
};

Result<NamePattern> NamePattern::compile(const std::string& text) {
  // The parser works by recursion.
  constexpr std::size_t kLongest = 64'000;
  if (text.size() > kLongest)
    return fail(ErrorKind::kUsage,
                fmt::format("a regular expression of {} characters is too long",
                            text.size()),
                "");
  try {
    NamePattern made;
    made.compiled_ = std::make_shared<const Compiled>(Compiled{
        boost::regex(text, boost::regex::perl | boost::regex::no_mod_m)});
    return made;
  } catch (const std::exception& error) {
    return fail(
        ErrorKind::kUsage,
        fmt::format("\"{}\" is no regular expression: {}", text, error.what()),
        "put \\ before a character that stands for itself: \\(");
  }
}

std::optional<bool> NamePattern::is_in(std::string_view name) const {
  try {
    return boost::regex_search(name.begin(), name.end(), compiled_->regex);
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

}  // namespace tidemark
