#include "harness/runtimes/jvm/heap_dump.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "harness/runtimes/jvm/dump_graph.h"
#include "harness/runtimes/jvm/dump_roots.h"
#include "harness/runtimes/jvm/dump_survey.h"
#include "harness/runtimes/jvm/object_reader.h"
#include "harness/runtimes/jvm/object_sizes.h"
#include "harness/runtimes/jvm/reference_names.h"

namespace tidemark::jvm {
namespace {

// Progress is for people.
constexpr auto kProgressEvery = std::chrono::milliseconds(100);

class Teller {
 public:
  Teller(const DumpOptions& options, std::uint64_t size)
      : options_(options), size_(size) {}

  // A new phase, from the file's front to its back or not; false: it is to end.
  bool begin(const char* phase, bool through_the_file = false) {
    phase_ = phase;
    through_the_file_ = through_the_file;
    last_ = {};
    return read(0);
  }

  bool read(std::uint64_t position) {
    return through_the_file_ ? at(position, size_) : at(0, 0);
  }

 private:
  bool at(std::uint64_t position, std::uint64_t of) {
    const auto now = std::chrono::steady_clock::now();
    if (!options_.progress || now - last_ < kProgressEvery) return true;
    last_ = now;
    return options_.progress({{static_cast<std::int64_t>(position)},
                              {static_cast<std::int64_t>(of)},
                              phase_});
  }

  const DumpOptions& options_;
  std::uint64_t size_;
  const char* phase_ = "";
  bool through_the_file_ = false;
  std::chrono::steady_clock::time_point last_{};
};

tl::unexpected<Error> interrupted(const std::string& path) {
  return fail(ErrorKind::kInterrupted,
              fmt::format("{}: the reading was stopped", path));
}

tl::unexpected<Error> broken(const std::string& path, std::uint64_t size,
                             const HprofWalk& walk) {
  return fail(ErrorKind::kUsage,
              fmt::format("{}: good up to byte {} of {}; there it {}", path,
                          walk.good, size, walk.complaint),
              walk.truncated
                  ? "the JVM ended, or the disk was full, before all of it "
                    "was written: take the dump again"
                  : "take the dump again: jcmd PID GC.heap_dump FILE");
}

std::string hexadecimal(std::uint64_t id) { return fmt::format("{:x}", id); }

// A loader as people know it.
std::string loader_words(std::uint64_t id, const DumpSurvey& survey,
                         ObjectReader& reader) {
  if (id == 0) return "bootstrap";
  const ObjectIndex at = survey.ids.find(id);
  const DumpObject object = at == kNoObject ? DumpObject{} : reader.read(at);
  if (object.type == kNoType) return "a loader at " + hexadecimal(id);
  const std::string& name = survey.classes.name(object.type);
  if (name.ends_with("$AppClassLoader")) return "app";
  if (name.ends_with("$PlatformClassLoader")) return "platform";
  if (name.ends_with("$ExtClassLoader")) return "extensions";
  return fmt::format("{}@{}", name, hexadecimal(id));
}

class Reading {
 public:
  Reading(const std::string& path, HprofStream& stream,
          const DumpOptions& options)
      : path_(path),
        stream_(stream),
        teller_(options, stream.size()),
        options_(options),
        survey_(stream.size(), stream.id_bytes()),
        begin_(stream.position()) {
    stream_.on_move([this](std::uint64_t at) { return teller_.read(at); });
  }

  Status read() {
    if (!teller_.begin("counting objects", true)) return interrupted(path_);
    TIDEMARK_TRY(walk(survey_));
    if (const std::string complaint = survey_.finish(); !complaint.empty())
      return fail(ErrorKind::kUsage, fmt::format("{}: {}", path_, complaint));
    if (!teller_.begin("reading references", true)) return interrupted(path_);
    stream_.seek(begin_);
    DumpGraph dump(survey_, stream_.id_bytes());
    TIDEMARK_TRY(walk(dump));
    if (dump.graph.objects() != survey_.ids.size())
      return broken(path_, stream_.size(),
                    {stream_.position(), std::string(kChanged), false});
    if (!teller_.begin("naming roots")) return interrupted(path_);
    const SizeRules rules = set_sizes(
        survey_.classes, survey_.ids, stream_.id_bytes(),
        {dump.graph.type, dump.graph.self, dump.array_types, dump.mirrors});
    answer_.sizes_agree = rules.share;
    ObjectReader reader(stream_, survey_);
    dump.graph.roots = roots_of(survey_, dump, reader);
    add_soft_roots(dump.graph, dump.soft);
    graph_ = std::move(dump.graph);
    count_classes(reader);
    survey_.ids.forget();
    return {};
  }

  Result<DumpAnswer> answer(
      std::span<const std::vector<std::string>> questions) {
    ObjectReader reader(stream_, survey_);
    graph_.member_of = [&](ObjectIndex from, std::uint32_t edge) {
      return reference_name(survey_, reader, graph_, stream_.id_bytes(), from,
                            edge);
    };
    if (!teller_.begin("computing what each object keeps"))
      return interrupted(path_);
    const Dominators dominators = dominators_of(graph_);
    answer_.top = top_holders(graph_, dominators, options_.most_rows);
    answer_.roots = top_roots(graph_, dominators, options_.most_rows);
    if (!teller_.begin("looking who holds what")) return interrupted(path_);
    ask(questions, dominators);
    return std::move(answer_);
  }

 private:
  Status walk(HprofVisitor& visitor) {
    const HprofWalk walked = walk_records(stream_, visitor);
    if (stream_.stopped()) return interrupted(path_);
    if (walked.complaint.empty()) return {};
    return broken(path_, stream_.size(), walked);
  }

  void count_classes(ObjectReader& reader) {
    std::vector<DumpClass> classes(survey_.classes.count());
    for (ObjectIndex i = 0; i < graph_.objects(); ++i) {
      classes[graph_.type[i]].objects += Count{1};
      classes[graph_.type[i]].bytes += Bytes{graph_.self[i]};
    }
    std::map<std::uint64_t, std::string> loaders;
    for (TypeIndex type = 0; type < classes.size(); ++type) {
      DumpClass& one = classes[type];
      if (one.objects.value == 0) continue;
      one.name = survey_.classes.name(type);
      const std::uint64_t loader = survey_.classes.loader(type);
      const auto [known, fresh] = loaders.try_emplace(loader);
      if (fresh) known->second = loader_words(loader, survey_, reader);
      one.loader = known->second;
      answer_.objects += one.objects;
      answer_.bytes += one.bytes;
      answer_.classes.push_back(std::move(one));
    }
    std::stable_sort(answer_.classes.begin(), answer_.classes.end(),
                     [](const DumpClass& a, const DumpClass& b) {
                       return a.bytes > b.bytes;
                     });
  }

  void ask(std::span<const std::vector<std::string>> questions,
           const Dominators& dominators) {
    std::vector<std::vector<bool>> types;
    for (const std::vector<std::string>& names : questions)
      types.push_back(types_of({names.begin(), names.end()}));
    for (const std::string& name : names_of_top()) {
      types.push_back(types_of({name}));
      answer_.of_top.push_back({name, {}});
    }
    std::vector<Wanted> wanted;
    for (const std::vector<bool>& of : types)
      wanted.push_back(
          [this, &of](ObjectIndex object) { return of[graph_.type[object]]; });
    std::vector<NamedRetention> answers =
        who_holds(graph_, dominators, wanted, options_.most_paths);
    const auto middle =
        answers.begin() + static_cast<std::ptrdiff_t>(questions.size());
    answer_.of_questions.assign(std::make_move_iterator(answers.begin()),
                                std::make_move_iterator(middle));
    for (std::size_t i = 0; i < answer_.of_top.size(); ++i)
      answer_.of_top[i].held = std::move(answers[questions.size() + i]);
  }

  // Each once: a row is of a class, and its name is that of every loader's.
  std::vector<std::string> names_of_top() const {
    std::vector<std::string> names;
    for (const TopHolder& row : answer_.top) {
      if (names.size() == options_.ways_of_top) break;
      if (std::find(names.begin(), names.end(), row.type) == names.end())
        names.push_back(row.type);
    }
    return names;
  }

  std::vector<bool> types_of(const std::set<std::string>& names) const {
    std::vector<bool> found(survey_.classes.count(), false);
    for (TypeIndex type = 0; type < found.size(); ++type)
      found[type] = names.contains(survey_.classes.name(type));
    return found;
  }

  const std::string& path_;
  HprofStream& stream_;
  Teller teller_;
  const DumpOptions& options_;
  DumpSurvey survey_;
  std::uint64_t begin_;
  ObjectGraph graph_;
  DumpAnswer answer_;
};

}  // namespace

Result<DumpAnswer> read_dump(
    const std::string& path,
    std::span<const std::vector<std::string>> questions,
    const DumpOptions& options) {
  Result<HprofStream> stream = HprofStream::open(path);
  TIDEMARK_TRY(stream);
  if (const std::string complaint = read_hprof_header(*stream);
      !complaint.empty())
    return fail(ErrorKind::kUsage, fmt::format("{} {}", path, complaint),
                "wanted a dump as `jcmd PID GC.heap_dump FILE` writes it");
  Reading reading(path, *stream, options);
  TIDEMARK_TRY(reading.read());
  return reading.answer(questions);
}

}  // namespace tidemark::jvm
