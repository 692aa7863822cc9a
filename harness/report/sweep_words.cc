#include "harness/report/sweep_words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <optional>
#include <utility>

#include "harness/report/text.h"

namespace tidemark {
namespace {

constexpr const char* kNone = "–";
constexpr std::size_t kPlaceWidth = 48;
constexpr std::size_t kPlacesTold = 5;

std::vector<SweepColumn> that_some_have(
    const SweepAnswer& answer, std::initializer_list<SweepColumn> columns) {
  std::vector<SweepColumn> had;
  for (const SweepColumn& column : columns) {
    const bool some = std::any_of(answer.cells.begin(), answer.cells.end(),
                                  [&](const SweepCell& cell) {
                                    return cell.figures.contains(column.figure);
                                  });
    if (some) had.push_back(column);
  }
  return had;
}

std::optional<double> median_of(const SweepCell& cell, SweepFigure figure) {
  const auto found = cell.figures.find(figure);
  if (found == cell.figures.end()) return std::nullopt;
  return found->second.median;
}

std::string percent(double share) {
  const double value = std::abs(share) < 0.0005 ? 0 : 100 * share;
  return std::abs(value) < 10 ? fmt::format("{:.1f} %", value)
                              : fmt::format("{:.0f} %", value);
}

std::string seconds_text(double seconds) {
  if (seconds <= 0) return "0 s";
  const double micro = seconds * 1e6;
  if (micro < 10) return fmt::format("{:.1f} µs", micro);
  if (micro < 1000) return fmt::format("{:.0f} µs", micro);
  if (micro < 1e4) return fmt::format("{:.1f} ms", micro / 1e3);
  if (micro < 1e6) return fmt::format("{:.0f} ms", micro / 1e3);
  return fmt::format("{:.1f} s", seconds);
}

std::string value_text(SweepFigure figure, double value) {
  switch (figure) {
    case SweepFigure::kOpenHeap:
    case SweepFigure::kOpenPss:
    case SweepFigure::kPeakRss:
    case SweepFigure::kBasePss:
    case SweepFigure::kResidue:
      return bytes_text(value);
    case SweepFigure::kThroughput:
      return number_text(std::round(value)) + "/s";
    case SweepFigure::kAllocations:
      return fmt::format("{:.1f}", value);
    case SweepFigure::kErrors:
      return value == 0 ? "none" : percent(value);
    default:
      return seconds_text(value);
  }
}

// "1.0 to 5.2 %"; empty: there is none. Below -100 % nobody wants to know more.
std::string interval_text(const Estimate& loss) {
  if (loss.low == loss.high) return {};
  const std::string low =
      loss.low < -1 ? "below -100" : fmt::format("{:.1f}", 100 * loss.low);
  return fmt::format("{} to {:.1f} %", low, 100 * loss.high);
}

// "3.1 % (1.0 to 5.2 %)", "nothing (-2.0 to 1.1 %)"
std::string estimate_text(const Estimate& loss) {
  const std::string value = loss.value <= 0 ? "nothing" : percent(loss.value);
  const std::string interval = interval_text(loss);
  return interval.empty() ? value : fmt::format("{} ({})", value, interval);
}

std::string loses(const Estimate& loss) {
  return loss.value <= 0 ? "loses nothing" : "loses " + percent(loss.value);
}

const SweepCell* baseline_of(const SweepAnswer& answer) {
  for (const SweepCell& cell : answer.cells)
    if (cell.levels == answer.spec.baseline) return &cell;
  return nullptr;
}

std::string arithmetic_sentence(const SweepCell& cell) {
  const SweepArithmetic& sum = *cell.arithmetic;
  const double all = static_cast<double>(sum.heap.value);
  const double named = static_cast<double>(sum.explained.value);
  std::vector<std::string> parts;
  double small = 0;
  std::size_t small_ones = 0;
  for (const SweepSite& site : cell.sites) {
    if (parts.size() >= kPlacesTold ||
        static_cast<double>(sum.connections.value) * site.bytes_per_connection <
            all / 100) {
      small += site.bytes_per_connection;
      ++small_ones;
      continue;
    }
    parts.push_back(fmt::format("{} at {}",
                                bytes_text(site.bytes_per_connection),
                                clipped(site.place, kPlaceWidth)));
  }
  if (parts.empty() || all <= 0) return {};
  if (small_ones > 0)
    parts.push_back(
        fmt::format("{} at {}", bytes_text(small),
                    plural(static_cast<double>(small_ones), "more place")));
  std::string text = fmt::format(
      "{}: {} open connections × ({}) = {} of the {} that they fill: {} is "
      "elsewhere",
      cell_text(cell.levels), number_text(sum.connections),
      fmt::join(parts, " + "), bytes_text(sum.explained), bytes_text(sum.heap),
      percent((all - named) / all));
  if (sum.pss.value > 0 && 2 * sum.pss.value < sum.heap.value)
    text += fmt::format("; {} of it is resident, the rest was never touched",
                        bytes_text(sum.pss));
  return text;
}

}  // namespace

std::optional<double> open_bytes(const SweepCell& cell) {
  const auto heap = median_of(cell, SweepFigure::kOpenHeap);
  return heap ? heap : median_of(cell, SweepFigure::kOpenPss);
}

std::string cell_text(const CellLevels& levels) {
  std::vector<std::string> parts;
  for (const auto& [name, level] : levels)
    parts.push_back(fmt::format("{}={}", name, level));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::vector<SweepColumn> memory_columns(const SweepAnswer& answer) {
  return that_some_have(answer, {{SweepFigure::kOpenHeap, "open heap"},
                                 {SweepFigure::kOpenPss, "open PSS"},
                                 {SweepFigure::kPeakRss, "peak RSS"},
                                 {SweepFigure::kBasePss, "at rest"},
                                 {SweepFigure::kResidue, "residue"}});
}

std::vector<SweepColumn> speed_columns(const SweepAnswer& answer) {
  return that_some_have(answer, {{SweepFigure::kThroughput, "replies"},
                                 {SweepFigure::kReplyMedian, "median"},
                                 {SweepFigure::kReplyP99, "p99"},
                                 {SweepFigure::kCpu, "CPU"},
                                 {SweepFigure::kAllocations, "allocs"},
                                 {SweepFigure::kErrors, "errors"}});
}

std::string figure_text(const SweepCell& cell, SweepFigure figure) {
  const auto value = median_of(cell, figure);
  return value ? value_text(figure, *value) : kNone;
}

std::string spread_text(const SweepCell& cell, SweepFigure figure) {
  const auto found = cell.figures.find(figure);
  if (found == cell.figures.end() || found->second.runs.size() < 2) return {};
  const SweepValue& value = found->second;
  if (value.median == 0) return {};
  const double half = (value.most - value.least) / 2 / std::abs(value.median);
  return fmt::format("±{:.0f} %", 100 * half);
}

std::string loss_text(const SweepCell& cell) {
  std::optional<double> worst;
  for (const auto& loss : {cell.throughput_loss, cell.reply_loss})
    if (loss) worst = std::max(worst.value_or(loss->value), loss->value);
  if (!worst) return {};
  const std::string text = *worst <= 0 ? "none" : percent(*worst);
  switch (cell.standing) {
    case SweepStanding::kLoses:
      return text + ", too much";
    case SweepStanding::kDoubt:
      return text + ", in doubt";
    default:
      return text;
  }
}

std::string mark_text(const SweepAnswer& answer, std::size_t index) {
  const SweepCell& cell = answer.cells[index];
  std::vector<std::string> marks;
  if (cell.levels == answer.spec.baseline) marks.emplace_back("baseline");
  if (answer.best == index) marks.emplace_back("best");
  if (cell.pareto) marks.emplace_back("Pareto");
  if (!cell.given_up.empty()) marks.emplace_back("given up");
  if (cell.runs.empty()) marks.emplace_back("not run");
  return fmt::format("{}", fmt::join(marks, ", "));
}

std::string sweep_headline(const SweepAnswer& answer) {
  const SweepCell* baseline = baseline_of(answer);
  if (!answer.best || baseline == nullptr)
    return fmt::format("{}: no cell can be compared with the baseline, {}",
                       answer.scenario_name, cell_text(answer.spec.baseline));
  const SweepCell& best = answer.cells[*answer.best];
  const std::optional<double> less = open_bytes(best);
  const std::optional<double> from = open_bytes(*baseline);
  if (best.levels == baseline->levels)
    return fmt::format(
        "{}: nothing {} less memory than the baseline, {}, without losing more "
        "than {}",
        answer.scenario_name,
        std::any_of(answer.cells.begin(), answer.cells.end(),
                    [](const SweepCell& cell) { return cell.in_question; })
            ? "is known to take"
            : "takes",
        cell_text(best.levels), percent(answer.spec.max_loss));
  return fmt::format(
      "{}: {} takes {} for each open connection where the baseline, {}, takes "
      "{}, and {}",
      answer.scenario_name, cell_text(best.levels),
      bytes_text(less.value_or(0)), cell_text(baseline->levels),
      bytes_text(from.value_or(0)),
      best.throughput_loss ? loses(*best.throughput_loss) + " of throughput"
                           : "its speed is not known");
}

std::string knee_sentence(const SweepKnee& knee, double max_loss) {
  std::string text =
      knee.level == knee.from
          ? fmt::format("{}: {} stays", knee.factor, knee.from)
          : fmt::format(
                "{}: down to {} it loses {} against {}, and an open connection "
                "takes {} instead of {}",
                knee.factor, knee.level, estimate_text(knee.loss), knee.from,
                bytes_text(knee.bytes), bytes_text(knee.bytes_from));
  if (knee.below)
    text += fmt::format("; {} loses {}, more than {}", knee.below->level,
                        estimate_text(knee.below->loss), percent(max_loss));
  else if (knee.doubtful.empty())
    text += "; no smaller one was tried";
  if (knee.doubtful.empty()) return text;
  std::vector<std::string> parts;
  for (const SweepLoss& doubt : knee.doubtful)
    parts.push_back(
        fmt::format("{} ({})", doubt.level, interval_text(doubt.loss)));
  return text +
         fmt::format(
             ". In doubt {} {}: more runs, matrix.repeat: {{max: …}}, or "
             "more messages in each, would tell",
             parts.size() == 1 ? "is" : "are", fmt::join(parts, ", "));
}

std::string runs_sentence(const SweepAnswer& answer) {
  const SweepSpec& spec = answer.spec;
  return fmt::format(
      "{} of {}, {} of each of {}", answer.runs,
      plural(static_cast<double>(answer.wanted), "run"),
      spec.repeat == spec.repeat_most
          ? fmt::format("{}", spec.repeat)
          : fmt::format("{} to {}", spec.repeat, spec.repeat_most),
      plural(static_cast<double>(answer.cells.size()), "cell"));
}

std::string effect_sentence(const SweepEffect& effect,
                            const std::string& from) {
  std::vector<std::string> parts;
  for (const auto& [figure, ratio] : effect.ratios)
    if (std::abs(ratio - 1) >= 0.005)
      parts.push_back(fmt::format("{} × {:.3g}", to_word(figure), ratio));
  return fmt::format("{}={} instead of {}: {}", effect.factor, effect.level,
                     from,
                     parts.empty() ? "no difference"
                                   : fmt::format("{}", fmt::join(parts, ", ")));
}

std::vector<std::string> arithmetic_sentences(const SweepAnswer& answer) {
  std::vector<std::string> sentences;
  for (std::size_t i = 0; i < answer.cells.size(); ++i) {
    const SweepCell& cell = answer.cells[i];
    if (!cell.arithmetic ||
        (cell.levels != answer.spec.baseline && answer.best != i))
      continue;
    std::string sentence = arithmetic_sentence(cell);
    if (!sentence.empty()) sentences.push_back(std::move(sentence));
  }
  return sentences;
}

std::vector<std::string> need_sentences(const SweepAnswer& answer) {
  std::vector<std::string> sentences;
  for (const std::uint32_t connections : answer.spec.connections) {
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < answer.cells.size(); ++i) {
      const SweepCell& cell = answer.cells[i];
      if (cell.levels != answer.spec.baseline && answer.best != i) continue;
      const auto base = median_of(cell, SweepFigure::kBasePss);
      const auto open = open_bytes(cell);
      if (!base || !open) continue;
      std::string part =
          fmt::format("{} with {}", bytes_text(*base + connections * *open),
                      cell_text(cell.levels));
      // Reserved and never touched, it takes addresses and no memory.
      const auto pss = median_of(cell, SweepFigure::kOpenPss);
      if (pss && 2 * *pss < *open)
        part += fmt::format(", {} of it resident under this load",
                            bytes_text(*base + connections * *pss));
      parts.push_back(std::move(part));
    }
    if (parts.empty()) continue;
    sentences.push_back(fmt::format("{} connections: {}",
                                    number_text(Count{connections}),
                                    fmt::join(parts, "; ")));
  }
  return sentences;
}

std::vector<std::string> note_sentences(const SweepAnswer& answer) {
  std::vector<std::string> notes = answer.notes;
  for (const SweepCell& cell : answer.cells)
    if (!cell.given_up.empty())
      notes.push_back(fmt::format("{} was given up: {}", cell_text(cell.levels),
                                  cell.given_up));
  for (const SweepCell& cell : answer.cells) {
    const auto leaks = std::find_if(
        cell.runs.begin(), cell.runs.end(),
        [](const SweepRun& r) { return r.outcome == Outcome::kLeak; });
    if (leaks == cell.runs.end()) continue;
    notes.push_back(
        fmt::format("{}: {}", cell_text(cell.levels), leaks->reason));
    break;
  }
  return notes;
}

SweepAnswer printable_answer(const SweepAnswer& unsafe) {
  SweepAnswer answer = unsafe;
  const auto clean = [](std::string& text) { text = printable(text); };
  const auto clean_levels = [](CellLevels& levels) {
    for (auto& [name, level] : levels) level = printable(level);
  };
  clean(answer.scenario_path);
  clean(answer.scenario_name);
  clean_levels(answer.spec.baseline);
  for (SweepFactor& factor : answer.spec.factors)
    for (std::string& level : factor.levels) clean(level);
  for (SweepCell& cell : answer.cells) {
    clean_levels(cell.levels);
    clean(cell.given_up);
    for (SweepRun& run : cell.runs) {
      clean(run.reason);
      clean(run.kept_at);
    }
    for (SweepSite& site : cell.sites) clean(site.place);
  }
  for (SweepKnee& knee : answer.knees) {
    clean(knee.level);
    clean(knee.from);
    if (knee.below) clean(knee.below->level);
    for (SweepLoss& doubt : knee.doubtful) clean(doubt.level);
  }
  for (SweepEffect& effect : answer.effects) clean(effect.level);
  return answer;
}

}  // namespace tidemark
