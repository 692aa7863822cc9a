#include "harness/scenario/secrets.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "harness/base/spelling.h"
#include "harness/scenario/diagnostics.h"
#include "harness/scenario/paths.h"

namespace tidemark {
namespace {

constexpr std::string_view kOpen = "${";
constexpr std::string_view kEnvironment = "ENV";
constexpr std::string_view kFile = "FILE";
// A header that is longer is refused by every server.
constexpr std::size_t kLongestSecret = 64 << 10;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

struct Reference {
  std::size_t begin = 0;  // of `${`
  std::size_t end = 0;    // one past `}`
  std::string kind;
  std::string name;
};

// Without what was found: it may be the secret itself.
tl::unexpected<Error> malformed(std::string_view found, std::string hint) {
  return fail(
      ErrorKind::kUsage,
      fmt::format("wanted ${{ENV:NAME}} or ${{FILE:path}}, found {}", found),
      std::move(hint));
}

Result<std::optional<Reference>> next_reference(std::string_view text,
                                                std::size_t from) {
  Reference reference;
  reference.begin = text.find(kOpen, from);
  if (reference.begin == std::string_view::npos)
    return std::optional<Reference>();
  const std::size_t close = text.find('}', reference.begin);
  if (close == std::string_view::npos) return malformed("no `}`", {});
  reference.end = close + 1;
  const std::string_view whole =
      text.substr(reference.begin, reference.end - reference.begin);
  const std::string_view inside =
      whole.substr(kOpen.size(), whole.size() - kOpen.size() - 1);
  const std::size_t colon = std::min(inside.find(':'), inside.size());
  reference.kind = inside.substr(0, colon);
  if (reference.kind != kEnvironment && reference.kind != kFile) {
    const std::optional<std::string> nearest = nearest_word(
        reference.kind, {std::string(kEnvironment), std::string(kFile)});
    return malformed("another word after `${`",
                     nearest ? fmt::format("did you mean `{}`?", *nearest)
                             : "put a value with `${` into a file");
  }
  if (colon + 1 >= inside.size()) return malformed("nothing after the `:`", {});
  reference.name = inside.substr(colon + 1);
  return std::optional<Reference>(std::move(reference));
}

tl::unexpected<Error> unreadable(const std::string& path, std::string why) {
  return fail(ErrorKind::kUsage,
              fmt::format("cannot read the secret in `{}`: {}",
                          printable(path, path.size()), why));
}

Result<std::string> read_secret(const std::string& path) {
  struct stat info {};
  // A pipe would keep us waiting.
  if (stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode))
    return unreadable(path, "it is not a regular file");
  const std::unique_ptr<std::FILE, CloseFile> file(
      std::fopen(path.c_str(), "re"));
  if (!file) return unreadable(path, std::strerror(errno));
  std::string text(kLongestSecret + 1, '\0');
  errno = 0;
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0)
    return unreadable(path, std::strerror(errno));
  if (text.size() > kLongestSecret)
    return unreadable(path, "it is longer than 64 KiB");
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

class Resolver {
 public:
  Resolver(const EnvironmentLookup& environment, std::string folder_of)
      : environment_(environment), scenario_path_(std::move(folder_of)) {}

  // `name` is the field, for messages.
  Status resolve(const std::string& name, std::string& text) const {
    std::string result;
    std::size_t at = 0;
    while (true) {
      Result<std::optional<Reference>> reference = next_reference(text, at);
      if (!reference) return about(name, std::move(reference).error());
      if (!*reference) break;
      Result<std::string> value = value_of(**reference);
      if (!value) return about(name, std::move(value).error());
      result.append(text, at, (*reference)->begin - at);
      result += *value;
      at = (*reference)->end;
    }
    if (at == 0) return {};
    result.append(text, at);
    text = std::move(result);
    return {};
  }

  Status resolve_headers(const std::string& name,
                         std::map<std::string, std::string>& headers) const {
    for (auto& [header, value] : headers) {
      const std::string field =
          fmt::format("{}.headers.{}", name, printable(header));
      const bool secret = has_secret(value);
      TIDEMARK_TRY(resolve(field, value));
      // A line break would start another header.
      const bool broken = secret && value.find_first_of(std::string_view(
                                        "\r\n\0", 3)) != std::string::npos;
      if (broken)
        return fail(ErrorKind::kUsage,
                    fmt::format("`{}`: the secret has more than one line, "
                                "which no header may have",
                                field));
    }
    return {};
  }

  Status resolve_steps(const std::string& name,
                       std::vector<Step>& steps) const {
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const std::string field = fmt::format("{}[{}]", name, i);
      TIDEMARK_TRY(resolve_headers(field, steps[i].headers));
      TIDEMARK_TRY(resolve_steps(field + ".loop", steps[i].steps));
    }
    return {};
  }

 private:
  static tl::unexpected<Error> about(const std::string& name, Error error) {
    error.message = fmt::format("`{}`: {}", name, error.message);
    return fail(std::move(error));
  }

  Result<std::string> value_of(const Reference& reference) const {
    if (reference.kind == kFile)
      return read_secret(beside(scenario_path_, reference.name));
    std::optional<std::string> value = environment_(reference.name);
    if (value) return std::move(*value);
    return fail(ErrorKind::kUsage,
                fmt::format("the environment has no variable `{}`",
                            printable(reference.name)),
                "set it where tidemark is started");
  }

  const EnvironmentLookup& environment_;
  std::string scenario_path_;
};

}  // namespace

Status check_secrets(std::string_view text) {
  std::size_t at = 0;
  while (true) {
    const Result<std::optional<Reference>> reference = next_reference(text, at);
    TIDEMARK_TRY(reference);
    if (!*reference) return {};
    at = (*reference)->end;
  }
}

bool has_secret(std::string_view text) {
  return text.find(kOpen) != std::string_view::npos;
}

Result<Scenario> with_secrets(Scenario scenario,
                              const EnvironmentLookup& environment) {
  const Resolver resolver(environment, scenario.path);
  PprofAccess& pprof = scenario.target.pprof;
  TIDEMARK_TRY(resolver.resolve("target.pprof.user", pprof.user));
  TIDEMARK_TRY(resolver.resolve("target.pprof.password", pprof.password));
  TIDEMARK_TRY(resolver.resolve("target.pprof.bearer", pprof.bearer));
  for (LoadSpec& flow : scenario.flows) {
    const std::string name =
        flow.name.empty() ? "load" : fmt::format("flows.{}", flow.name);
    TIDEMARK_TRY(resolver.resolve(name + ".password", flow.password));
    TIDEMARK_TRY(resolver.resolve_headers(name, flow.headers));
    TIDEMARK_TRY(resolver.resolve_steps(name + ".flow", flow.flow));
  }
  for (StandInSpec& standin : scenario.standins) {
    const std::string name = fmt::format("standins.{}", standin.name);
    TIDEMARK_TRY(resolver.resolve(name + ".password", standin.password));
    for (std::size_t i = 0; i < standin.rules.size(); ++i)
      TIDEMARK_TRY(resolver.resolve_headers(
          fmt::format("{}.rules[{}]", name, i), standin.rules[i].headers));
  }
  return scenario;
}

}  // namespace tidemark
