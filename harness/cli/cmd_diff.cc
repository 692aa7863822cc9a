// tidemark diff: what a record, a profile or a live process has that another
// has not.
#include "harness/cli/commands.h"
#include "harness/cli/destinations.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/output.h"
#include "harness/cli/profile_source.h"

namespace tidemark {
namespace {

Status print(const DiffOptions& options) {
  if (options.after.empty() == (options.pid == 0))
    return fail(ErrorKind::kUsage,
                "wanted AFTER, a record or a profile, or --pid, one of the two",
                "tidemark diff before.pb.gz after.pb.gz");
  TIDEMARK_TRY(check_file(options.output.output, "-o"));
  const Result<ProfileSource> before = source_of_file(options.before);
  TIDEMARK_TRY(before);
  const Result<ProfileSource> after = options.pid != 0
                                          ? source_of_process(options.pid)
                                          : source_of_file(options.after);
  TIDEMARK_TRY(after);
  ProfileOptions how = options.profile;
  how.against = Against::kCompared;
  Result<Profile> difference = difference_of(*after, *before, how);
  TIDEMARK_TRY(difference);
  const Result<std::string> text =
      profile_table(*std::move(difference), HoldingsTable::kTop, how);
  TIDEMARK_TRY(text);
  return write_text(*text, options.output.output);
}

}  // namespace

int cmd_diff(const DiffOptions& options) {
  const Status done = print(options);
  return done ? kExitPass : print_error(done.error());
}

}  // namespace tidemark
