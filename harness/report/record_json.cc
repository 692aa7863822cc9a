#include "harness/report/record_json.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "harness/report/record_fields.h"

namespace tidemark {
namespace {

using record_fields::body_fields;
using record_fields::fields;
using record_fields::head_fields;

// Written in the order of the fields; read into a sorted map, because the
// ordered one takes quadratic time for an object of many keys.
using Out = nlohmann::ordered_json;
using In = nlohmann::json;

// What stress_json() wrote has other fields, and is no damaged record.
bool is_stress(const In& in) {
  return in.is_object() && !in.contains("tidemark_record") &&
         in.contains("metrics") && in.contains("thresholds");
}

constexpr const char* kDamaged =
    "the file is damaged or is no tidemark record: run the scenario again, or "
    "give the file that `tidemark run --format json` wrote";

// Enums as words.

const char* word_of(MemoryKind kind) {
  switch (kind) {
    case MemoryKind::kHeap:
      return "heap";
    case MemoryKind::kMapping:
      return "mapping";
    case MemoryKind::kClass:
      return "class";
    case MemoryKind::kThread:
      return "thread";
  }
  return "heap";
}

const char* word_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUsage:
      return "usage";
    case ErrorKind::kEnvironment:
      return "environment";
    case ErrorKind::kBug:
      return "bug";
    case ErrorKind::kInterrupted:
      return "interrupted";
  }
  return "bug";
}

template <class E>
constexpr int kLast = -1;
template <>
constexpr int kLast<MemoryKind> = static_cast<int>(MemoryKind::kThread);
template <>
constexpr int kLast<ErrorKind> = static_cast<int>(ErrorKind::kInterrupted);
template <>
constexpr int kLast<CycleKind> = static_cast<int>(CycleKind::kHalf);
template <>
constexpr int kLast<RootKind> = static_cast<int>(RootKind::kAllocator);
template <>
constexpr int kLast<FindingClass> = static_cast<int>(FindingClass::kUndecided);
template <>
constexpr int kLast<Outcome> = static_cast<int>(Outcome::kError);

template <class E>
const char* word_of(E value) {
  return to_word(value);
}

std::optional<std::size_t> guilty_frame(const SiteRecord& site) {
  for (std::size_t i = 0; i < site.frames.size(); ++i)
    if (!site.frames[i].library) return i;
  return std::nullopt;
}

// Writing.

struct Writer {
  Out& out;

  template <class T>
  void operator()(const char* name, const T& value) {
    out[name] = encode(value);
  }

  static Out encode(bool value) { return value; }
  static Out encode(int value) { return value; }
  static Out encode(std::uint32_t value) { return value; }
  static Out encode(double value) { return value; }
  static Out encode(const std::string& value) { return value; }
  static Out encode(Bytes value) { return value.value; }
  static Out encode(Count value) { return value.value; }
  static Out encode(CycleIndex value) { return value.value; }
  static Out encode(Duration value) { return value.count(); }

  template <class T>
  static Out encode(const std::map<std::string, T>& values) {
    Out object = Out::object();
    for (const auto& [name, value] : values) object[name] = encode(value);
    return object;
  }

  template <class T>
  static Out encode(const std::optional<T>& value) {
    return value ? encode(*value) : Out(nullptr);
  }

  template <class T>
  static Out encode(const std::vector<T>& values) {
    Out array = Out::array();
    for (const T& value : values) array.push_back(encode(value));
    return array;
  }

  static Out encode(const SiteRecord& site) {
    Out object = Out::object();
    Writer writer{object};
    fields(writer, site);
    writer("guilty", guilty_frame(site));
    return object;
  }
  static Out encode(std::size_t value) { return value; }

  template <class T>
  static Out encode(const T& value) {
    if constexpr (std::is_enum_v<T>) {
      return word_of(value);
    } else {
      Out object = Out::object();
      Writer writer{object};
      fields(writer, value);
      return object;
    }
  }
};

// A site whose description is missing is still named by its number.
SiteRecord site_of(const RunRecord& record, SiteId id) {
  for (const SiteRecord& site : record.sites)
    if (site.id == id) return site;
  SiteRecord unknown;
  unknown.id = id;
  return unknown;
}

Out encode_finding(const RunRecord& record, const Finding& finding) {
  Out object = Writer::encode(finding);
  object["site"] = nullptr;
  object["sites"] = Out::array();
  for (std::size_t i = 0; i < finding.sites.size(); ++i) {
    Out site = Writer::encode(site_of(record, finding.sites[i]));
    if (i == 0)
      object["site"] = std::move(site);
    else
      object["sites"].push_back(std::move(site));
  }
  return object;
}

void encode_judgement(const RunRecord& record, Writer& writer) {
  const std::optional<Judgement>& judgement = record.judgement;
  writer.out["detection_limit"] =
      judgement ? Writer::encode(judgement->limit) : Out(nullptr);
  writer.out["findings"] = Out::array();
  if (!judgement) return;
  for (const Finding& finding : judgement->findings)
    writer.out["findings"].push_back(encode_finding(record, finding));
}

// Reading.

// Where a value is in the document; only rendered for an error.
struct Place {
  const Place* parent = nullptr;
  std::string_view name;
  std::size_t index = 0;

  std::string text() const {
    if (parent == nullptr) return "";
    std::string above = parent->text();
    if (name.data() == nullptr) return fmt::format("{}[{}]", above, index);
    if (name.size() > 40)
      return fmt::format("{}.{}…", above, name.substr(0, 40));
    return above.empty() ? std::string(name)
                         : fmt::format("{}.{}", above, name);
  }
};

const char* type_in_words(const In& value) {
  if (value.is_null()) return "null";
  if (value.is_boolean()) return "true or false";
  if (value.is_number_integer()) return "a number";
  if (value.is_number()) return "a number with a fraction";
  if (value.is_string()) return "text";
  if (value.is_array()) return "a list";
  return "an object";
}

// What holds of the whole document.
struct Reading {
  std::optional<Error> error;  // the first
  // Of all bytes and counts, without their signs: whoever adds some of them
  // up need not think of an overflow.
  std::int64_t sum = 0;
};

constexpr std::int64_t kMostInAll = std::int64_t{1} << 60;
constexpr std::int64_t kMostTime = std::int64_t{1} << 61;  // 73 years, in ns

// Reports follow each way to its end, and compare each with all others.
template <class T>
constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max();
template <>
constexpr std::size_t kMost<Holder> = 100;
template <>
constexpr std::size_t kMost<RetainingPath> = 1000;
template <>
constexpr std::size_t kMost<LastHeld> = 1000;

// After an error everything is left as it was.
class Reader {
 public:
  Reader(const In& in, const Place& place, Reading& reading)
      : in_(in), place_(place), reading_(reading) {}

  template <class T>
  void operator()(const char* name, T& value) {
    if (const In* found = find(name))
      decode(*found, Place{&place_, name}, value);
  }

  // Null when absent.
  const In* find(const char* name) const {
    auto found = in_.find(name);
    return found == in_.end() ? nullptr : &*found;
  }

  void complain(const Place& place, const std::string& wanted,
                const std::string& found) {
    if (reading_.error) return;
    reading_.error = Error{
        ErrorKind::kUsage,
        fmt::format("{}: wanted {}, found {}",
                    place.parent ? place.text() : "record", wanted, found),
        kDamaged};
  }

  void decode(const In& in, const Place& place, bool& value) {
    if (!in.is_boolean()) return mistyped(place, "true or false", in);
    value = in.get<bool>();
  }

  void decode(const In& in, const Place& place, double& value) {
    if (in.is_null())
      value = std::numeric_limits<double>::quiet_NaN();
    else if (in.is_number())
      value = in.get<double>();
    else
      mistyped(place, "a number", in);
  }

  void decode(const In& in, const Place& place, std::string& value) {
    if (!in.is_string()) return mistyped(place, "text", in);
    value = in.get_ref<const std::string&>();
  }

  void decode(const In& in, const Place& place, int& value) {
    value = static_cast<int>(integer(in, place, std::numeric_limits<int>::min(),
                                     std::numeric_limits<int>::max()));
  }
  void decode(const In& in, const Place& place, std::uint32_t& value) {
    value = static_cast<std::uint32_t>(
        integer(in, place, 0, std::numeric_limits<std::uint32_t>::max()));
  }
  void decode(const In& in, const Place& place, Bytes& value) {
    value = Bytes{quantity(in, place)};
  }
  void decode(const In& in, const Place& place, Count& value) {
    value = Count{quantity(in, place)};
  }
  void decode(const In& in, const Place& place, Duration& value) {
    value = Duration{integer(in, place, -kMostTime, kMostTime)};
  }
  void decode(const In& in, const Place& place, CycleIndex& value) {
    decode(in, place, value.value);
  }

  template <class T>
  void decode(const In& in, const Place& place,
              std::map<std::string, T>& values) {
    if (!in.is_object()) return mistyped(place, "an object", in);
    for (auto item = in.begin(); item != in.end(); ++item)
      decode(item.value(), Place{&place, item.key()}, values[item.key()]);
  }

  template <class T>
  void decode(const In& in, const Place& place, std::optional<T>& value) {
    if (in.is_null())
      value.reset();
    else
      decode(in, place, value.emplace());
  }

  template <class T>
  void decode(const In& in, const Place& place, std::vector<T>& values) {
    if (!in.is_array()) return mistyped(place, "a list", in);
    if (in.size() > kMost<T>)
      return complain(place, fmt::format("at most {}", kMost<T>),
                      fmt::format("{}", in.size()));
    for (std::size_t i = 0; i < in.size() && !reading_.error; ++i)
      decode(in[i], Place{&place, {}, i}, values.emplace_back());
  }

  template <class T>
  void decode(const In& in, const Place& place, T& value) {
    if constexpr (std::is_enum_v<T>) {
      decode_word(in, place, value);
    } else {
      if (!in.is_object()) return mistyped(place, "an object", in);
      Reader inner(in, place, reading_);
      fields(inner, value);
      if constexpr (std::is_same_v<T, Finding>) inner.finding_sites(value);
    }
  }

 private:
  void mistyped(const Place& place, const std::string& wanted,
                const In& found) {
    complain(place, wanted, type_in_words(found));
  }

  std::int64_t quantity(const In& in, const Place& place) {
    const std::int64_t value = integer(in, place, -kMostInAll, kMostInAll);
    reading_.sum += std::abs(value);
    if (reading_.sum <= kMostInAll) return value;
    complain(place,
             fmt::format("at most {} in the record together", kMostInAll),
             "more");
    reading_.sum = 0;
    return 0;
  }

  std::int64_t integer(const In& in, const Place& place, std::int64_t low,
                       std::int64_t high) {
    if (!in.is_number_integer()) {
      mistyped(place, "a whole number", in);
      return 0;
    }
    const bool too_large =
        in.is_number_unsigned() &&
        in.get<std::uint64_t>() > static_cast<std::uint64_t>(high);
    if (!too_large) {
      const auto value = in.get<std::int64_t>();
      if (value >= low && value <= high) return value;
    }
    complain(place, fmt::format("a whole number from {} to {}", low, high),
             in.dump());
    return 0;
  }

  template <class E>
  void decode_word(const In& in, const Place& place, E& value) {
    if (!in.is_string()) return mistyped(place, "a word", in);
    std::string words;
    for (int i = 0; i <= kLast<E>; ++i) {
      const char* word = word_of(static_cast<E>(i));
      if (in.get_ref<const std::string&>() == word) {
        value = static_cast<E>(i);
        return;
      }
      words += fmt::format("{}\"{}\"", i == 0 ? "" : ", ", word);
    }
    complain(place, "one of " + words,
             "\"" + in.get_ref<const std::string&>().substr(0, 40) + "\"");
  }

  // Only the numbers: the descriptions are in the record's own sites.
  void finding_sites(Finding& finding) {
    if (const In* site = find("site"); site && !site->is_null())
      site_number(*site, Place{&place_, "site"}, finding);
    const In* sites = find("sites");
    if (sites == nullptr) return;
    const Place list{&place_, "sites"};
    if (!sites->is_array()) return mistyped(list, "a list", *sites);
    for (std::size_t i = 0; i < sites->size() && !reading_.error; ++i)
      site_number((*sites)[i], Place{&list, {}, i}, finding);
  }

  void site_number(const In& in, const Place& place, Finding& finding) {
    if (!in.is_object()) return mistyped(place, "an object", in);
    auto id = in.find("id");
    if (id == in.end()) return mistyped(place, "an object with an id", in);
    decode(*id, Place{&place, "id"}, finding.sites.emplace_back());
  }

  const In& in_;
  const Place& place_;
  Reading& reading_;
};

void read_judgement(Reader& reader, RunRecord& record) {
  std::optional<Outcome> judged;
  reader("judged", judged);
  if (!judged) return;
  Judgement& judgement = record.judgement.emplace();
  judgement.outcome = *judged;
  reader("reason", judgement.reason);
  reader("detection_limit", judgement.limit);
  reader("findings", judgement.findings);
}

void read_record(Reader& reader, const Place& root, RunRecord& record) {
  if (reader.find("tidemark_record") == nullptr)
    return reader.complain(root, "a field \"tidemark_record\" (the version)",
                           "none");
  reader("tidemark_record", record.version);
  if (record.version != kRunRecordVersion)
    return reader.complain(Place{&root, "tidemark_record"},
                           fmt::format("version {}", kRunRecordVersion),
                           fmt::format("{}", record.version));
  head_fields(reader, record);
  read_judgement(reader, record);
  body_fields(reader, record);
  std::optional<Outcome> outcome;
  reader("outcome", outcome);
  if (outcome != outcome_of(record))
    reader.complain(
        Place{&root, "outcome"},
        fmt::format("\"{}\", as the rest of the record says",
                    word_of(outcome_of(record))),
        outcome ? fmt::format("\"{}\"", word_of(*outcome)) : "nothing");
}

Result<In> parse(std::string_view text) {
  try {
    return In::parse(text.begin(), text.end());
  } catch (const In::parse_error& error) {
    return fail(ErrorKind::kUsage,
                fmt::format("record: wanted JSON, found something else at "
                            "byte {} of {}",
                            error.byte, text.size()),
                kDamaged);
  } catch (const In::exception&) {
    return fail(ErrorKind::kUsage,
                "record: wanted JSON, found a number beyond all bounds",
                kDamaged);
  }
}

}  // namespace

std::string to_json(const RunRecord& record) {
  Out out = Out::object();
  Writer writer{out};
  writer("tidemark_record", record.version);
  writer("outcome", outcome_of(record));
  out["reason"] = record.judgement ? Out(record.judgement->reason) : nullptr;
  out["judged"] =
      record.judgement ? Out(word_of(record.judgement->outcome)) : Out(nullptr);
  head_fields(writer, record);
  encode_judgement(record, writer);
  body_fields(writer, record);
  return out.dump(1, ' ', false, Out::error_handler_t::replace) + "\n";
}

Result<RunRecord> from_json(std::string_view text) {
  Result<In> in = parse(text);
  if (!in) return fail(std::move(in).error());
  if (is_stress(*in))
    return fail(ErrorKind::kUsage,
                "it is the report of a stress run, and no record of a hunt",
                "`tidemark stress` writes its other reports itself: --format "
                "junit, --junit FILE");
  const Place root;
  Reading reading;
  RunRecord record;
  Reader reader(*in, root, reading);
  if (!in->is_object())
    reader.complain(root, "an object", type_in_words(*in));
  else
    read_record(reader, root, record);
  if (reading.error) return fail(std::move(*reading.error));
  return record;
}

}  // namespace tidemark
