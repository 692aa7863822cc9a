#include "harness/report/compare_words.h"

#include <fmt/format.h>

#include <cmath>

#include "harness/report/site_text.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

void make_printable(SiteRecord& site) {
  for (Frame& frame : site.frames) {
    frame.function = printable(frame.function);
    frame.file = printable(frame.file);
    frame.module = printable(frame.module);
  }
}

void make_printable(ComparedSide& side) {
  side.path = printable(side.path);
  side.name = printable(side.name);
  for (ComparedRun& run : side.runs) {
    run.reason = printable(run.reason);
    run.started_at = printable(run.started_at);
    run.kept_at = printable(run.kept_at);
  }
}

// With a digit behind the point where it matters.
std::string percent(double change) {
  const double percents = change * 100;
  if (percents > 999) return ">999";
  return std::abs(percents) < 9.95 ? fmt::format("{:+.1f}", percents)
                                   : fmt::format("{:+.0f}", percents);
}

bool has_noise(const FigureChange& figure) {
  return figure.before.size() + figure.after.size() > 2;
}

std::string amount(double value, bool in_bytes) {
  return in_bytes ? bytes_text(value) : number_text(value);
}

std::string figure_text(FigureKind kind, double value) {
  if (kind == FigureKind::kPeak) return bytes_text(value);
  if (kind == FigureKind::kThroughput) return number_text(value) + "/s";
  const double ms = value * 1e3;
  if (ms >= 1000) return fmt::format("{:.2f} s", ms / 1e3);
  if (ms >= 10) return fmt::format("{:.1f} ms", ms);
  return fmt::format("{:.3f} ms", ms);
}

const char* label_of(FigureKind kind) {
  switch (kind) {
    case FigureKind::kPeak:
      return "peak/connection";
    case FigureKind::kThroughput:
      return "throughput";
    case FigureKind::kReplyMedian:
      return "reply, median";
    case FigureKind::kReplyP99:
      return "reply, 99 %";
    case FigureKind::kHandshakeMedian:
      return "handshake, median";
  }
  return "figure";
}

std::string noise_text(const FigureChange& figure) {
  if (!has_noise(figure)) return "unknown";
  return fmt::format("{} … {}", percent(figure.change.low),
                     percent(figure.change.high) + " %");
}

std::string verdict_text(const FigureChange& figure) {
  if (figure.fails) return "WORSE";
  if (figure.undecided) return "perhaps worse";
  switch (figure.verdict) {
    case FigureVerdict::kBetter:
      return "better";
    case FigureVerdict::kWorse:
      return "worse";
    case FigureVerdict::kNoDifference:
      return has_noise(figure) ? "within noise" : "no difference";
    case FigureVerdict::kNoiseUnknown:
      break;
  }
  return "not judged";
}

}  // namespace

VersionComparison printable_comparison(VersionComparison comparison) {
  make_printable(comparison.before);
  make_printable(comparison.after);
  comparison.tidemark_version = printable(comparison.tidemark_version);
  comparison.started_at = printable(comparison.started_at);
  comparison.reason = printable(comparison.reason);
  for (std::string& note : comparison.notes) note = printable(note);
  for (FindingChange& change : comparison.findings) {
    change.fingerprint = printable(change.fingerprint);
    change.standin = printable(change.standin);
    change.unit = printable(change.unit);
    change.told = printable(change.told);
    if (change.site) make_printable(*change.site);
  }
  return comparison;
}

std::string subject_of(const FindingChange& change) {
  std::string text = to_word(change.kind);
  if (!change.unit.empty()) text += " per " + change.unit;
  if (!change.standin.empty()) text += " at " + change.standin;
  if (change.site) text += " by " + short_place_of(*change.site);
  return text;
}

std::string rate_text(const std::optional<Estimate>& rate, bool in_bytes) {
  if (!rate) return "–";
  const std::string value = amount(rate->value, in_bytes);
  const std::string low = amount(rate->low, in_bytes);
  const std::string high = amount(rate->high, in_bytes);
  if (low == value && high == value) return value;
  return fmt::format("{} … {}", low, high);
}

FigureCells cells_of(const FigureChange& figure) {
  return {label_of(figure.kind),
          figure_text(figure.kind, figure.before_median),
          figure_text(figure.kind, figure.after_median),
          percent(figure.change.value) + " %",
          noise_text(figure),
          verdict_text(figure)};
}

std::string runs_text(const ComparedSide& side) {
  std::string text = plural(static_cast<double>(side.runs.size()), "run");
  const char* separator = ": ";
  for (const ComparedRun& run : side.runs) {
    text += separator;
    text += to_word(run.outcome);
    separator = ", ";
  }
  return text;
}

}  // namespace tidemark
