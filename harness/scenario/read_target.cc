// The `target` section: what to start, how it shows that it is ready, how it
// is stopped.
#include <fmt/format.h>

#include <csignal>

#include "harness/scenario/address.h"
#include "harness/scenario/expand.h"
#include "harness/scenario/sections.h"
#include "harness/scenario/text_rules.h"

namespace tidemark {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

struct SignalName {
  std::string_view name;
  int number;
};

constexpr SignalName kSignals[] = {
    {"TERM", SIGTERM}, {"INT", SIGINT},   {"QUIT", SIGQUIT}, {"HUP", SIGHUP},
    {"USR1", SIGUSR1}, {"USR2", SIGUSR2}, {"KILL", SIGKILL},
};

Status check_environment_name(const std::string& name) {
  bool good = !name.empty() && (name[0] < '0' || name[0] > '9');
  for (char c : name) {
    good = good && ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                    (c >= 'a' && c <= 'z') || c == '_');
  }
  if (good) return {};
  return refused(
      fmt::format("`{}` is not the name of a variable", printable(name)),
      "use letters, digits and _");
}

Status check_tcp(const std::string& text, const VariableList& variables) {
  TIDEMARK_TRY(check_variables(text, variables));
  TIDEMARK_TRY(parse_endpoint(expand(text, sample_values(variables))));
  return {};
}

Status check_ready_output(const std::string& text,
                          const VariableList& variables) {
  if (text.empty()) return refused("wanted text to wait for, found ``");
  return check_variables(text, variables);
}

// check_variables() as a rule for a field.
TextRule with_variables(const VariableList& variables) {
  return [&variables](const std::string& text) {
    return check_variables(text, variables);
  };
}

Status check_directory(const std::string& text) {
  if (text.empty()) {
    return refused("wanted a directory, found ``",
                   "leave it out to stay where tidemark was started");
  }
  if (text.find("{{") != std::string::npos)
    return refused("variables are not replaced in a directory");
  return {};
}

Status check_allocator(const std::string& text) {
  for (std::string_view known : {"system", "jemalloc", "mimalloc", "tcmalloc"})
    if (text == known) return {};
  if (text.starts_with('/') && text.find("{{") == std::string::npos) {
    // LD_PRELOAD is a list with these separators; there is no escape.
    if (text.find_first_of(": ") == std::string::npos) return {};
    return refused(
        fmt::format("wanted a path without blanks and colons, found `{}`",
                    printable(text)),
        "the dynamic loader would take it for several paths");
  }
  return refused(
      fmt::format("wanted system, jemalloc, mimalloc, tcmalloc or the "
                  "absolute path of a shared object, found `{}`",
                  printable(text)));
}

std::vector<std::string> split_on_blanks(const std::string& text) {
  std::vector<std::string> words;
  std::size_t at = 0;
  while ((at = text.find_first_not_of(" \t\n", at)) != std::string::npos) {
    const std::size_t end =
        std::min(text.find_first_of(" \t\n", at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

// The blanks inside `{{ port }}` are not between words.
std::string without_blanks_in_braces(const std::string& text) {
  std::string result;
  std::size_t depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view two = std::string_view(text).substr(i, 2);
    if (two == "{{") depth = 1;
    if (two == "}}") depth = 0;
    if (depth == 0 || text[i] != ' ') result += text[i];
  }
  return result;
}

// A command in one string is split on blanks, nothing more: no shell, no
// quotes, so a quote is a sign that somebody expects more.
void read_command_line(const Node& node, const std::string& name,
                       std::vector<std::string>& command,
                       const VariableList& variables, Diagnostics& problems) {
  const std::optional<std::string> text =
      read_text(node, name, problems, with_variables(variables));
  if (!text) return;
  if (text->find_first_of("\"'\\`") != std::string::npos) {
    problems.add(node.at,
                 fmt::format("`{}`: quotes have no meaning here: the command "
                             "is split on blanks, without a shell",
                             name),
                 "write a list: [./server, \"--name=a b\"]");
    return;
  }
  command = split_on_blanks(without_blanks_in_braces(*text));
  if (command.empty()) add_mismatch(node, name, "a program to start", problems);
}

void read_command(Section& section, std::vector<std::string>& command,
                  const VariableList& variables) {
  const Node* node = section.find("command");
  if (node == nullptr) return;
  const std::string name = section.path("command");
  if (node->kind != NodeKind::kList) {
    read_command_line(*node, name, command, variables, section.problems());
    return;
  }
  section.texts("command", command, with_variables(variables));
  const bool empty =
      node->items.empty() ||
      (node->items[0].kind == NodeKind::kScalar && node->items[0].text.empty());
  if (!empty) return;
  section.problems().add(
      node->at,
      fmt::format("`{}`: wanted a program to start, found none", name));
}

Status check_file_name(const std::string& name) {
  const bool good = !name.empty() && name[0] != '.' &&
                    name.find('/') == std::string::npos && name.size() < 100;
  if (good) return {};
  return refused(fmt::format("`{}` is not the name of a file", printable(name)),
                 "a name without folders: nginx.conf");
}

// `files: {nginx.conf: nginx.conf.in}`
void read_files(Section& section, TargetSpec& target) {
  std::map<std::string, std::string> templates;
  section.text_map("files", templates, check_file_name, check_not_empty);
  for (auto& [name, path] : templates) target.files[name].path = path;
}

constexpr std::uint64_t kMostPids = 1u << 22;
constexpr Bytes kMostMemory{std::int64_t{1} << 46};

// What is said of starting and stopping has no meaning for a service that is
// found running.
void read_pid(Section& section, TargetSpec& target) {
  const Node* node = section.find("pid");
  if (node == nullptr) return;
  const std::optional<std::uint64_t> pid =
      read_whole(*node, section.path("pid"), 1, kMostPids, section.problems());
  if (pid) target.pid = static_cast<int>(*pid);
  if (const Node* command = section.find("command")) {
    section.problems().add(
        command->at, "`target`: wanted command or pid, found both",
        "command starts a service, pid attaches to one that runs");
  }
  for (const char* key : {"environment", "directory", "ready", "stop",
                          "allocator", "memoryLimit", "output"}) {
    const Node* found = section.find(key);
    if (found == nullptr) continue;
    section.problems().add(
        found->at,
        fmt::format("`{}` has no meaning beside `target.pid`",
                    section.path(key)),
        "tidemark neither starts nor stops a service that it attaches to");
  }
}

Status check_jdk(const std::string& text) {
  if (text.empty())
    return refused("wanted the folder of a JDK, found ``",
                   "leave it out to use the service's own");
  if (text.find("{{") != std::string::npos)
    return refused("variables are not replaced in the folder of a JDK");
  return {};
}

// What the agent does, or who takes its place, is nothing that a runtime which
// is asked itself could do.
void refuse_if_managed(Section& section, const TargetSpec& target) {
  if (target.runtime == Runtime::kNative || target.runtime == Runtime::kProcess)
    return;
  const auto refuse = [&section](const char* key, const char* hint) {
    section.complain(*section.find(key), key, "is for native services", hint);
  };
  if (!target.allocator.empty())
    refuse("allocator",
           "preload it by `target.environment: { LD_PRELOAD: … }`");
  if (target.stacks != StackMode::kZoom) refuse("stacks", "leave it out");
  if (target.forks != ForkMode::kFollow)
    refuse("forks", "leave it out: every process of the service is asked");
}

void read_jdk(Section& section, TargetSpec& target) {
  section.text("jdk", target.jdk, check_jdk);
  const Node* node = section.find("jdk");
  if (node == nullptr || target.runtime == Runtime::kJvm) return;
  section.complain(*node, "jdk", "is for a JVM",
                   "say `runtime: jvm`, or leave it out");
}

void read_ready(Section section, ReadyCheck& ready,
                const VariableList& variables) {
  section.text("tcp", ready.tcp, [&variables](const std::string& text) {
    return check_tcp(text, variables);
  });
  section.text("output", ready.output, [&variables](const std::string& text) {
    return check_ready_output(text, variables);
  });
  section.duration("timeout", ready.timeout, milliseconds(1), hours(1));
  if (section.find("tcp") != nullptr && section.find("output") != nullptr) {
    section.problems().add(section.node().at,
                           "`target.ready`: wanted tcp or output, found both",
                           "keep the one that comes later");
  }
  section.finish();
}

void read_signal(Section& section, int& signal) {
  const Node* node = section.find("signal");
  if (node == nullptr) return;
  std::vector<std::string> known;
  for (const SignalName& entry : kSignals) {
    const std::string with_prefix = fmt::format("SIG{}", entry.name);
    if (node->kind == NodeKind::kScalar &&
        (node->text == entry.name || node->text == with_prefix)) {
      signal = entry.number;
      return;
    }
    known.push_back(with_prefix);
  }
  read_word(*node, section.path("signal"), known, section.problems());
}

void read_stop(Section section, StopRule& stop) {
  read_signal(section, stop.signal);
  section.duration("timeout", stop.timeout, milliseconds(1), hours(1));
  if (const Node* node = section.find("expectExitCode")) {
    const std::optional<std::uint64_t> code = read_whole(
        *node, section.path("expectExitCode"), 0, 255, section.problems());
    if (code) stop.expect_exit_code = static_cast<int>(*code);
  }
  section.finish();
}

}  // namespace

void read_target(Section section, TargetSpec& target,
                 const VariableList& variables) {
  read_command(section, target.command, variables);
  read_pid(section, target);
  section.text_map("environment", target.environment, check_environment_name,
                   with_variables(variables));
  read_files(section, target);
  section.text("directory", target.directory, check_directory);
  if (std::optional<Section> ready = section.section("ready"))
    read_ready(std::move(*ready), target.ready, variables);
  if (std::optional<Section> stop = section.section("stop"))
    read_stop(std::move(*stop), target.stop);
  section.word<Runtime>("runtime", target.runtime,
                        {{"native", Runtime::kNative},
                         {"process", Runtime::kProcess},
                         {"go", Runtime::kGo},
                         {"jvm", Runtime::kJvm},
                         {"v8", Runtime::kV8}});
  if (std::optional<Section> pprof = section.section("pprof")) {
    if (target.runtime != Runtime::kGo)
      section.complain(pprof->node(), "pprof", "means nothing without Go",
                       "write runtime: go");
    read_pprof(std::move(*pprof), target.pprof, variables);
  }
  read_jdk(section, target);
  section.text("allocator", target.allocator, check_allocator);
  if (target.allocator == "system") target.allocator.clear();
  section.word<StackMode>(
      "stacks", target.stacks,
      {{"zoom", StackMode::kZoom}, {"always", StackMode::kAlways}});
  section.word<ForkMode>(
      "forks", target.forks,
      {{"follow", ForkMode::kFollow}, {"ignore", ForkMode::kIgnore}});
  section.word<RetentionMode>("retention", target.retention,
                              {{"findings", RetentionMode::kFindings},
                               {"always", RetentionMode::kAlways},
                               {"never", RetentionMode::kNever}});
  refuse_if_managed(section, target);
  section.size("memoryLimit", target.memory_limit, kMostMemory);
  section.word<bool>("output", target.show_output,
                     {{"hide", false}, {"show", true}});
  section.finish();
}

}  // namespace tidemark
