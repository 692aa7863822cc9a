#include "harness/cli/profile_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "harness/base/proc_tree.h"
#include "harness/base/text_file.h"
#include "harness/cli/heap_dump_file.h"
#include "harness/cli/heap_snapshot_file.h"
#include "harness/cli/profile_names.h"
#include "harness/cli/real_world.h"
#include "harness/cli/source_files.h"
#include "harness/cli/stored_record.h"
#include "harness/profile/combine.h"
#include "harness/profile/frames.h"
#include "harness/profile/read_profile.h"
#include "harness/report/profile_text.h"
#include "harness/report/record_profile.h"
#include "harness/run/live_holdings.h"
#include "harness/runtimes/go/pprof_client.h"
#include "harness/runtimes/native/probe.h"

namespace tidemark {
namespace {

bool looks_like_json(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '{';
}

bool is_url(std::string_view text) {
  return text.starts_with("http://") || text.starts_with("https://");
}

Result<Profile> difference_by_unit(const Profile& profile, const Profile& base,
                                   const ProfileOptions& options) {
  // Of --sample-type one of the two may have none: it shows what it would.
  const auto column = [&](const Profile& of) {
    const Result<std::size_t> value = value_index(of, options.sample_type);
    return value ? value : value_index(of, "");
  };
  const Result<std::size_t> own = column(profile);
  TIDEMARK_TRY(own);
  const Result<std::size_t> other = column(base);
  TIDEMARK_TRY(other);
  const ValueType& type = profile.types[*own];
  const ValueType& base_type = base.types[*other];
  if (type.unit != base_type.unit)
    return fail(ErrorKind::kUsage,
                fmt::format("{} is in {}, and {} in {}", type.type, type.unit,
                            base_type.type, base_type.unit),
                "--sample-type names a column that both have in one unit");
  return difference(single_type(profile, *own, type),
                    single_type(base, *other, type), options.against,
                    options.normalise);
}

}  // namespace

Result<ProfileSource> source_of_url(const std::string& url) {
  const std::size_t query = std::min(url.find('?'), url.size());
  std::string folder = url.substr(0, query);
  // Of a host alone, too.
  const std::size_t path = folder.find('/', folder.find(':') + 3);
  const std::size_t last = folder.rfind('/');
  std::string page = "heap";
  if (path != std::string::npos && last + 1 < folder.size() &&
      !folder.ends_with("/pprof")) {
    page = folder.substr(last + 1);
    folder.resize(last + 1);
  }
  PprofAccess access;
  access.url = folder;
  Result<go::PprofClient> client =
      go::PprofClient::make(access, "", {{}, false});
  TIDEMARK_TRY(client);
  const Result<std::string> bytes = client->get(page + url.substr(query));
  TIDEMARK_TRY(bytes);
  Result<Profile> profile = read_profile(*bytes);
  // As in a run: what a service answers is no mistake of who asks.
  if (!profile)
    return fail(ErrorKind::kEnvironment,
                fmt::format("{}: {}", url, profile.error().message),
                "a profile is at /debug/pprof/heap, /allocs, /goroutine, "
                "/block or /mutex");
  ProfileSource source;
  source.name = url;
  source.profile = *std::move(profile);
  return source;
}

Result<ProfileSource> source_of_file(const std::string& path) {
  if (is_url(path)) return source_of_url(path);
  if (is_heap_dump(path) || is_heap_snapshot(path))
    return fail(
        ErrorKind::kUsage,
        fmt::format("{} is a heap dump: wanted a record or a profile", path),
        "`tidemark top` and `tidemark tree` read heap dumps");
  const Result<std::string> text = read_file(path);
  if (!text)
    return fail(ErrorKind::kUsage, text.error().message,
                "wanted a record, as `tidemark run` keeps it in its records "
                "folder, or a profile");
  ProfileSource source;
  source.name = path;
  if (looks_like_json(*text)) {
    Result<RunRecord> record = record_from(*text, path);
    TIDEMARK_TRY(record);
    source.record = *std::move(record);
    return source;
  }
  Result<Profile> profile = read_profile(*text);
  if (!profile)
    return fail(ErrorKind::kUsage,
                fmt::format("{}: {}", path, profile.error().message),
                "records of runs, which are JSON, are understood as well");
  source.profile = *std::move(profile);
  return source;
}

Result<ProfileSource> source_of_process(int pid) {
  if (!process_entry(pid))
    return fail(ErrorKind::kUsage, fmt::format("there is no process {}", pid),
                "--pid wants the number of a process that runs now");
  std::vector<pid_t> processes = descendants(list_processes(), pid);
  processes.insert(processes.begin(), pid);
  SignalCancellation cancellation;
  SteadyClock clock(cancellation);
  const std::unique_ptr<HeapProbe> probe = make_native_probe(clock);
  Result<RunRecord> record = live_holdings(processes, *probe);
  TIDEMARK_TRY(record);
  ProfileSource source;
  source.name = fmt::format("process {}", pid);
  source.record = *std::move(record);
  return source;
}

Profile profile_of(const ProfileSource& source) {
  if (source.record) return allocation_profile(*source.record);
  return with_names(*source.profile);
}

Result<Profile> difference_of(const ProfileSource& source,
                              const ProfileSource& base,
                              const ProfileOptions& options) {
  const Profile own = profile_of(source);
  const Profile before = profile_of(base);
  Result<Profile> found =
      difference(own, before, options.against, options.normalise);
  if (!found && source.record.has_value() != base.record.has_value())
    return difference_by_unit(own, before, options);
  if (found) return found;
  return fail(ErrorKind::kUsage,
              fmt::format("{} cannot be compared with {}: {}", source.name,
                          base.name, found.error().message),
              found.error().hint);
}

Result<std::string> profile_table(Profile profile, HoldingsTable table,
                                  const ProfileOptions& options) {
  ProfileQuestion question;
  const Result<std::size_t> value = value_index(profile, options.sample_type);
  TIDEMARK_TRY(value);
  question.value = *value;
  // Of all, whatever is looked at.
  question.total = total_of(profile, *value);
  question.most_rows = options.rows;
  question.by_cum = options.by_cum;
  question.unit = options.unit;
  question.pattern = options.pattern;
  Result<Profile> shown = focused(without_dropped_frames(std::move(profile)),
                                  options.focus, options.ignore);
  TIDEMARK_TRY(shown);
  switch (table) {
    case HoldingsTable::kTop:
      return profile_top(*shown, question);
    case HoldingsTable::kList:
      return profile_list(*shown, question, source_lines);
    case HoldingsTable::kTree:
      break;
  }
  return profile_tree(*shown, question);
}

}  // namespace tidemark
