#include "harness/cli/profile_commands.h"

#if TIDEMARK_HAS_MIMALLOC
#include <mimalloc.h>
#endif

namespace tidemark {
namespace {

constexpr const char* kSourceAbout =
    "A run's record, as tidemark-out/NAME.json; or a profile: pprof's\n"
    "(.pb.gz), or a heap profile of gperftools, Go or jemalloc as text; or,\n"
    "not for `diff`, a heap dump of a JVM (.hprof) or a heap snapshot of V8\n"
    "(.heapsnapshot).\n"
    "Which it is, is told by what is in it. Of a live Go service the URL of\n"
    "a profile: http://127.0.0.1:6060/debug/pprof/heap, or /allocs,\n"
    "/goroutine, /block, /mutex";

constexpr const char* kProfileFooter =
    "Profiles, and records with any of --sample-type, --base, --diff-base,\n"
    "--focus, --ignore, --cum or --unit, are told as pprof does: flat is what "
    "a\n"
    "function has itself, cum with all that it calls.\n"
    "\n"
    "Sample types of records: residue_space (the default: what stayed),\n"
    "residue_objects, inuse_space and inuse_objects (live at the end),\n"
    "retained_space (by root), alloc_space and alloc_objects (freed or not,\n"
    "by the processes that are still there).\n"
    "\n"
    "  tidemark top tidemark-out/chat.json\n"
    "  tidemark top --sample-type inuse_space tidemark-out/chat.json\n"
    "  tidemark top --sample-type alloc_space tidemark-out/chat.json\n"
    "  tidemark top --diff-base before.pb.gz after.pb.gz\n"
    "  tidemark list --focus session heap.pb.gz 'Session::open'\n"
    "  tidemark tree /tmp/app.hprof.0001.heap\n"
    "  tidemark top http://127.0.0.1:6060/debug/pprof/allocs\n"
    "\n"
    "Heap dumps, as `jcmd PID GC.heap_dump FILE` writes them, are told by "
    "class:\n"
    "`top` shows which keep most alive and who holds it, `tree` the ways to "
    "the\n"
    "first five, `list` what classes there are and who loaded them, or, of "
    "V8, who\n"
    "allocated them, if that was tracked.\n"
    "\n"
    "  tidemark top heap.hprof\n"
    "  tidemark list heap.hprof Session";

constexpr const char* kDiffFooter =
    "Of each function: what AFTER has less what BEFORE has, as `top\n"
    "--diff-base BEFORE AFTER`; percentages are of what BEFORE has. Only\n"
    "sample types that both have count; of a record and a profile without a\n"
    "common one, those that each would show, if they are in one unit.\n"
    "\n"
    "  tidemark diff tidemark-out/main.json tidemark-out/branch.json\n"
    "  tidemark diff --normalize morning.pb.gz evening.pb.gz\n"
    "  tidemark diff --sample-type inuse_space before.json --pid 4711";

void add_choice_options(CLI::App& command, ProfileOptions& profile,
                        OutputOptions& output) {
  command
      .add_option("--sample-type,--sample_index", profile.sample_type,
                  "What is counted: a name, or a number from 0")
      ->type_name("TYPE");
  command
      .add_option("--focus", profile.focus,
                  "Only samples with a function, file or module like this")
      ->type_name("REGEX");
  command
      .add_option("--ignore", profile.ignore,
                  "No samples with a function, file or module like this")
      ->type_name("REGEX");
  command.add_flag("--cum", profile.by_cum,
                   "The largest cum first, not the largest flat");
  command
      .add_option("--unit", profile.unit,
                  "For all amounts: B, kB, MB, ms …; without it one that fits")
      ->type_name("UNIT");
  command.add_option("-n,--rows", profile.rows, "At most so many rows")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("-o,--output", output.output,
                     "Write to this file instead of stdout");
}

constexpr const char* kNormaliseAbout =
    "First make the sum of each sample type as large as that of the base:\n"
    "for profiles of runs of different length";

void add_holdings_options(CLI::App& command, HoldingsOptions& options) {
  command.add_option("FILE", options.record, kSourceAbout);
  command
      .add_option("--pid", options.pid,
                  "Instead: a live process, and its children, that was\n"
                  "started with LD_PRELOAD=libtidemark_agent.so. A copy of it\n"
                  "is read; it goes on itself")
      ->check(CLI::PositiveNumber);
  command
      .add_option("--finding", options.finding,
                  "Of a record: the finding of that number only, 1 being the\n"
                  "report's first")
      ->check(CLI::PositiveNumber);
  CLI::Option* base =
      command
          .add_option("--base", options.base,
                      "Take off what this record or profile has")
          ->type_name("FILE");
  command
      .add_option("--diff-base,--diff_base", options.diff_base,
                  "The same, with percentages of what it has")
      ->type_name("FILE")
      ->excludes(base);
  command.add_flag("--normalize", options.profile.normalise, kNormaliseAbout);
  add_choice_options(command, options.profile, options.output);
  command.footer(kProfileFooter);
}

// A dump's reader frees lists of tens of megabytes before it makes the next.
// mimalloc would keep their pages for a while, a quarter of the peak.
void give_freed_memory_back_at_once() {
#if TIDEMARK_HAS_MIMALLOC
  mi_option_set_default(mi_option_decommit_delay, 0);
#endif
}

}  // namespace

ProfileCommands::ProfileCommands(CLI::App& app)
    : top_(app.add_subcommand("top",
                              "Who holds and who allocated most, from a "
                              "record, a profile or live")),
      list_(app.add_subcommand("list",
                               "Who allocated, line by line, from a record, a "
                               "profile or live")),
      tree_(app.add_subcommand("tree",
                               "Who holds what, as a tree, from a record or "
                               "live; of a profile who calls whom")),
      diff_(app.add_subcommand(
          "diff", "What a record, a profile or a live process has more")) {
  for (CLI::App* command : {top_, list_, tree_})
    add_holdings_options(*command, holdings_);
  list_->add_option("PATTERN", holdings_.profile.pattern,
                    "Of a record part of a function's or a file's name, of a\n"
                    "profile a regular expression for functions");
  diff_->add_option("BEFORE", diff_options_.before, kSourceAbout)->required();
  diff_->add_option("AFTER", diff_options_.after, "Likewise");
  diff_
      ->add_option("--pid", diff_options_.pid,
                   "Instead of AFTER: a live process, as for `top`")
      ->check(CLI::PositiveNumber);
  diff_->add_flag("--normalize", diff_options_.profile.normalise,
                  kNormaliseAbout);
  add_choice_options(*diff_, diff_options_.profile, diff_options_.output);
  diff_->footer(kDiffFooter);
}

std::optional<int> ProfileCommands::run() {
  if (*diff_ || *top_ || *list_ || *tree_) give_freed_memory_back_at_once();
  if (*diff_) return cmd_diff(diff_options_);
  holdings_.table = *top_    ? HoldingsTable::kTop
                    : *list_ ? HoldingsTable::kList
                             : HoldingsTable::kTree;
  if (*top_ || *list_ || *tree_) return cmd_holdings(holdings_);
  return std::nullopt;
}

}  // namespace tidemark
