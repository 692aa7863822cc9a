#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <set>
#include <utility>

#include "harness/base/text_file.h"
#include "harness/cli/commands.h"
#include "harness/cli/destinations.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/interview.h"
#include "harness/cli/load_wiring.h"
#include "harness/cli/output.h"
#include "harness/cli/prepare.h"
#include "harness/cli/progress.h"
#include "harness/cli/real_world.h"
#include "harness/cli/version.h"
#include "harness/cli/wiring.h"
#include "harness/hunt/hunt.h"
#include "harness/hunt/names.h"
#include "harness/report/hunt_report.h"
#include "harness/run/runner.h"
#include "harness/scenario/load.h"
#include "harness/scenario/quantities.h"
#include "harness/scenario/text_rules.h"
#include "harness/scenario/write.h"

namespace tidemark {
namespace {

using std::chrono::hours;

Result<Duration> duration_of(const char* option, const std::string& text,
                             Duration most) {
  Result<Duration> duration = parse_duration(text);
  if (duration && *duration <= most) return duration;
  return fail(ErrorKind::kUsage,
              duration
                  ? fmt::format("{}: wanted at most {}, found {}", option,
                                format_duration(most), text)
                  : fmt::format("{}: {}", option, duration.error().message),
              duration ? "" : duration.error().hint);
}

struct Times {
  Duration budget;
  Duration patience;
};

Result<Times> times_of(const HuntOptions& options) {
  const Result<Duration> budget =
      duration_of("--max-duration", options.max_duration, hours(24));
  TIDEMARK_TRY(budget);
  const Result<Duration> patience =
      duration_of("--patience", options.patience, hours(1));
  TIDEMARK_TRY(patience);
  return Times{*budget, *patience};
}

Result<TargetSpec> target_of(const HuntOptions& options) {
  TargetSpec target;
  for (const std::string& word : options.command)
    target.command.push_back(scenario_word(word));
  if (options.runtime == "process")
    target.runtime = Runtime::kProcess;
  else if (options.runtime != "native")
    return fail(ErrorKind::kUsage,
                fmt::format("there is no runtime `{}`", options.runtime),
                "native or process");
  return target;
}

// What the command line adds to every handshake or request.
Result<LoadSpec> given_load(const HuntOptions& options) {
  LoadSpec load;
  load.subprotocols = options.subprotocols;
  for (const std::string& header : options.headers) {
    const std::size_t colon = header.find(':');
    if (colon == std::string::npos || colon == 0)
      return fail(ErrorKind::kUsage,
                  fmt::format("wanted a header, found `{}`", header),
                  "write it like --header 'Authorization: Bearer x'");
    std::string value = header.substr(colon + 1);
    value.erase(0, std::min(value.find_first_not_of(' '), value.size()));
    load.headers[header.substr(0, colon)] = value;
  }
  if (options.say.empty()) return load;
  Result<std::string> said = parse_hex(options.say);
  TIDEMARK_TRY(said);
  Step message;
  message.body = *std::move(said);
  load.flow = {message};
  return load;
}

// What is tried is what the text says: it is read again before it is run.
Result<Scenario> read_back(const Scenario& scenario) {
  const std::string text = write_scenario(scenario);
  Result<Scenario> read = load_scenario(
      scenario.path.empty() ? "hunt.yaml" : scenario.path, text, load_words());
  if (read) return read;
  return fail(ErrorKind::kUsage,
              fmt::format("what was asked for makes no scenario:\n{}",
                          read.error().message),
              read.error().hint);
}

class Field {
 public:
  Field(const HuntOptions& options, Clock& clock, Cancellation& cancellation)
      : options_(options), clock_(clock), cancellation_(cancellation) {}

  RunRecord run(const Scenario& scenario, const std::string& title) {
    RunRecord record;
    const Status done = run_into(scenario, title, record);
    if (!done) record.error = done.error();
    return record;
  }

 private:
  Status run_into(const Scenario& asked, const std::string& title,
                  RunRecord& record) {
    ++number_;
    Result<Scenario> scenario = read_back(asked);
    TIDEMARK_TRY(scenario);
    Result<Prepared> prepared = prepare_read(*std::move(scenario), {}, false);
    TIDEMARK_TRY(prepared);
    prepared->secret.target.show_output |= options_.show_output;
    Result<World> world =
        make_world(prepared->secret, prepared->leave, clock_, cancellation_);
    TIDEMARK_TRY(world);
    record.tidemark_version = kVersionText;
    record.started_at = utc_now();
    RunObserver observer(fmt::format("{}. {}", number_, title), record_path(),
                         progress_mode(options_.quiet), clock_);
    run_scenario(prepared->scenario,
                 {*world->target, world->heap.get(), *world->kernel,
                  *world->driver, clock_, cancellation_, observer},
                 record);
    return {};
  }

  std::string record_path() const {
    if (options_.record_folder.empty()) return {};
    return (std::filesystem::path(options_.record_folder) /
            fmt::format("hunt-{:03}.json", number_))
        .string();
  }

  const HuntOptions& options_;
  Clock& clock_;
  Cancellation& cancellation_;
  int number_ = 0;
};

// Ways that this machine does not let us go are left out, and told.
void leave_out_impossible(HuntSubject& subject, Clock& clock,
                          Cancellation& cancellation, HuntReport& told) {
  for (const WeightedClose& way : subject.ways) {
    if (!vanishes(way)) continue;
    Scenario scenario = screening_experiment(subject, {way});
    const auto driver = make_driver(scenario, {}, clock, cancellation);
    if (driver || driver.error().kind != ErrorKind::kEnvironment) continue;
    told.not_tried.push_back("half_open: " + driver.error().message);
  }
  if (!told.not_tried.empty()) std::erase_if(subject.ways, vanishes);
}

Result<HuntSubject> subject_of(const Spoken& spoken, const TargetSpec& target,
                               const HuntOptions& options, const Times& times) {
  HuntSubject subject;
  subject.name = service_name(options.command);
  subject.protocol = spoken.protocol;
  subject.target = target;
  subject.load = spoken.load;
  subject.connections = options.connections;
  subject.patience = times.patience;
  const LoadWords words = load_words();
  const auto engine = std::find_if(
      words.begin(), words.end(),
      [&](const EngineWords& e) { return e.engine == spoken.load.engine; });
  const bool unix_socket = spoken.load.url.find("+unix:") != std::string::npos;
  Result<Ways> ways = chosen_ways(all_ways(*engine, spoken.secure, unix_socket),
                                  options.only, options.skip);
  TIDEMARK_TRY(ways);
  subject.ways = *std::move(ways);
  // Said now and not in the middle: the command line makes no scenario.
  TIDEMARK_TRY(read_back(plain_experiment(subject)));
  return subject;
}

// Before anything is started or sent: whom the loader refuses, nobody asks.
Status check_address(const TargetSpec& target, const HuntAddress& address) {
  Scenario scenario;
  scenario.name = "hunt";
  scenario.target = target;
  LoadSpec& load = scenario.flows.front();
  load.url = url_of(address, address.scheme.empty() ? "tcp" : address.scheme,
                    address.scheme.empty() ? "" : address.resource);
  TIDEMARK_TRY(read_back(scenario));
  return {};
}

Result<std::vector<HuntSubject>> find_subjects(const HuntOptions& options,
                                               const Times& times, Clock& clock,
                                               Cancellation& cancellation,
                                               HuntReport& told) {
  Result<HuntAddress> address = parse_hunt_address(options.url);
  TIDEMARK_TRY(address);
  Result<TargetSpec> target = target_of(options);
  TIDEMARK_TRY(target);
  Result<LoadSpec> given = given_load(options);
  TIDEMARK_TRY(given);
  TIDEMARK_TRY(check_address(*target, *address));
  Result<std::vector<Spoken>> spoken =
      interview(*target, *address, *given, clock, cancellation);
  TIDEMARK_TRY(spoken);
  std::vector<HuntSubject> subjects;
  for (const Spoken& one : *spoken) {
    Result<HuntSubject> subject = subject_of(one, *target, options, times);
    TIDEMARK_TRY(subject);
    leave_out_impossible(*subject, clock, cancellation, told);
    subjects.push_back(*std::move(subject));
  }
  return subjects;
}

// Findings that one scenario confirms, with the name of its file.
struct Kept {
  Scenario scenario;
  std::vector<HuntFinding*> findings;
};

std::vector<Kept> by_scenario(HuntReport& report) {
  std::vector<Kept> all;
  for (HuntFinding& finding : report.findings) {
    if (finding.standing != HuntStanding::kConfirmed) continue;
    const auto same =
        std::find_if(all.begin(), all.end(), [&finding](const Kept& kept) {
          return kept.scenario == finding.scenario &&
                 kept.findings.front()->kind == finding.kind;
        });
    if (same != all.end())
      same->findings.push_back(&finding);
    else
      all.push_back({finding.scenario, {&finding}});
  }
  return all;
}

// Somebody may have worked on what an earlier hunt wrote: it stays.
std::set<std::string> names_in(const std::filesystem::path& folder) {
  std::set<std::string> names;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none))
    names.insert(entry.path().stem().string());
  return names;
}

// Each scenario that confirms something, as a file of its own.
Status write_scenarios(const HuntOptions& options, HuntReport& report) {
  const std::filesystem::path folder(options.folder);
  std::set<std::string> taken = names_in(folder);
  for (Kept& kept : by_scenario(report)) {
    TIDEMARK_TRY(make_folder(options.folder, "--out"));
    kept.scenario.name = finding_name(service_name(options.command),
                                      *kept.findings.front(), taken);
    const std::string path = (folder / (kept.scenario.name + ".yaml")).string();
    std::vector<HuntFinding> findings;
    for (HuntFinding* finding : kept.findings) {
      finding->scenario.name = kept.scenario.name;
      finding->file = path;
      findings.push_back(*finding);
    }
    const Status written = write_file_atomically(
        path, hunt_comment(findings) + write_scenario(kept.scenario));
    if (written) continue;
    for (HuntFinding* finding : kept.findings) finding->file.clear();
    return written;
  }
  return {};
}

Status check_destinations(const HuntOptions& options) {
  TIDEMARK_TRY(check_folder(options.folder, "--out"));
  TIDEMARK_TRY(check_outputs(options.output));
  return make_folder(options.record_folder, "--records");
}

Result<int> hunt_and_tell(const HuntOptions& options, Clock& clock,
                          Cancellation& cancellation) {
  HuntLimits limits;
  const Result<Times> times = times_of(options);
  TIDEMARK_TRY(times);
  limits.budget = times->budget;
  TIDEMARK_TRY(check_destinations(options));
  HuntReport told;
  Result<std::vector<HuntSubject>> subjects =
      find_subjects(options, *times, clock, cancellation, told);
  TIDEMARK_TRY(subjects);
  Field field(options, clock, cancellation);
  HuntReport report =
      hunt(*subjects, limits,
           [&field](const Scenario& scenario, const std::string& title) {
             return field.run(scenario, title);
           });
  report.not_tried = told.not_tried;
  const Status kept = write_scenarios(options, report);
  const std::string text = options.output.format == "json"
                               ? hunt_json(report)
                               : hunt_text(report, style_for(options.output));
  TIDEMARK_TRY(write_text(text, options.output.output));
  TIDEMARK_TRY(kept);
  if (report.error && report.error->kind == ErrorKind::kInterrupted)
    return kExitInterrupted;
  if (report.error && outcome_of(report) == Outcome::kError)
    return exit_code(report.error->kind);
  return exit_code(outcome_of(report));
}

}  // namespace

int cmd_hunt(const HuntOptions& options) {
  if (options.output.format != "terminal" && options.output.format != "json")
    return print_error({ErrorKind::kUsage,
                        fmt::format("there is no report format `{}` of a hunt",
                                    options.output.format),
                        "terminal or json"});
  SignalCancellation cancellation;
  SteadyClock clock(cancellation);
  const Result<int> code = hunt_and_tell(options, clock, cancellation);
  if (cancellation.requested()) return kExitInterrupted;
  return code ? *code : print_error(code.error());
}

}  // namespace tidemark
