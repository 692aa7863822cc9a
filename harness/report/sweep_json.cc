#include <nlohmann/json.hpp>

#include "harness/report/estimate_json.h"
#include "harness/report/sweep_report.h"

namespace tidemark {
namespace {

using Json = nlohmann::ordered_json;

// As record_json names them: units in the names of times.
const char* name_of(SweepFigure figure) {
  switch (figure) {
    case SweepFigure::kOpenHeap:
      return "open_heap_bytes";
    case SweepFigure::kOpenPss:
      return "open_pss_bytes";
    case SweepFigure::kPeakRss:
      return "peak_rss_bytes";
    case SweepFigure::kBasePss:
      return "base_pss_bytes";
    case SweepFigure::kResidue:
      return "residue_bytes";
    case SweepFigure::kThroughput:
      return "replies_per_second";
    case SweepFigure::kReplyMedian:
      return "reply_median_seconds";
    case SweepFigure::kReplyP90:
      return "reply_p90_seconds";
    case SweepFigure::kReplyP99:
      return "reply_p99_seconds";
    case SweepFigure::kReplyP999:
      return "reply_p999_seconds";
    case SweepFigure::kHandshakeMedian:
      return "handshake_median_seconds";
    case SweepFigure::kCpu:
      return "cpu_seconds_per_reply";
    case SweepFigure::kAllocations:
      return "allocations_per_reply";
    case SweepFigure::kErrors:
      return "error_share";
  }
  return "";
}

Json spec_json(const SweepSpec& spec) {
  Json factors = Json::object();
  for (const SweepFactor& factor : spec.factors)
    factors[factor.name] = factor.levels;
  return {{"factors", std::move(factors)},
          {"exclude", spec.exclude},
          {"repeat", spec.repeat},
          {"repeat_most", spec.repeat_most},
          {"shuffled", spec.shuffled},
          {"seed", spec.seed},
          {"baseline", spec.baseline},
          {"max_loss", spec.max_loss},
          {"for_connections", spec.connections}};
}

Json figures_json(const SweepCell& cell) {
  Json figures = Json::object();
  for (const auto& [figure, value] : cell.figures)
    figures[name_of(figure)] = {{"median", value.median},
                                {"least", value.least},
                                {"most", value.most},
                                {"runs", value.runs},
                                {"rounds", value.rounds}};
  return figures;
}

Json arithmetic_json(const SweepCell& cell) {
  if (!cell.arithmetic) return nullptr;
  Json sites = Json::array();
  for (const SweepSite& site : cell.sites)
    sites.push_back({{"place", site.place},
                     {"bytes_per_connection", site.bytes_per_connection},
                     {"blocks_per_connection", site.blocks_per_connection}});
  return {{"connections", cell.arithmetic->connections.value},
          {"heap", cell.arithmetic->heap.value},
          {"explained", cell.arithmetic->explained.value},
          {"pss", cell.arithmetic->pss.value},
          {"sites", std::move(sites)}};
}

Json cell_json(const SweepAnswer& answer, std::size_t index) {
  const SweepCell& cell = answer.cells[index];
  Json runs = Json::array();
  for (const SweepRun& run : cell.runs)
    runs.push_back({{"outcome", to_word(run.outcome)},
                    {"reason", run.reason},
                    {"record", run.kept_at}});
  return {{"levels", cell.levels},
          {"best", answer.best == index},
          {"pareto", cell.pareto},
          {"standing", to_word(cell.standing)},
          {"in_question", cell.in_question},
          {"given_up", cell.given_up},
          {"throughput_loss", estimate_json(cell.throughput_loss)},
          {"reply_loss", estimate_json(cell.reply_loss)},
          {"figures", figures_json(cell)},
          {"arithmetic", arithmetic_json(cell)},
          {"runs", std::move(runs)}};
}

Json loss_json(const SweepLoss& loss) {
  return {{"level", loss.level}, {"loss", estimate_json(loss.loss)}};
}

Json knee_json(const SweepKnee& knee) {
  Json doubtful = Json::array();
  for (const SweepLoss& loss : knee.doubtful)
    doubtful.push_back(loss_json(loss));
  return {{"factor", knee.factor},
          {"level", knee.level},
          {"from", knee.from},
          {"bytes_per_connection", knee.bytes},
          {"bytes_per_connection_from", knee.bytes_from},
          {"loss", estimate_json(knee.loss)},
          {"doubtful", std::move(doubtful)},
          {"below", knee.below ? loss_json(*knee.below) : Json(nullptr)}};
}

Json effect_json(const SweepEffect& effect) {
  Json ratios = Json::object();
  for (const auto& [figure, ratio] : effect.ratios)
    ratios[name_of(figure)] = ratio;
  return {{"factor", effect.factor},
          {"level", effect.level},
          {"pairs", effect.pairs},
          {"ratios", std::move(ratios)}};
}

}  // namespace

std::string sweep_json(const SweepAnswer& answer) {
  Json cells = Json::array();
  for (std::size_t i = 0; i < answer.cells.size(); ++i)
    cells.push_back(cell_json(answer, i));
  Json knees = Json::array();
  for (const SweepKnee& knee : answer.knees) knees.push_back(knee_json(knee));
  Json effects = Json::array();
  for (const SweepEffect& effect : answer.effects)
    effects.push_back(effect_json(effect));
  const Json out{{"tidemark_sweep", 2},
                 {"tidemark_version", answer.tidemark_version},
                 {"scenario_path", answer.scenario_path},
                 {"scenario_name", answer.scenario_name},
                 {"started_at", answer.started_at},
                 {"runs", answer.runs},
                 {"wanted", answer.wanted},
                 {"matrix", spec_json(answer.spec)},
                 {"cells", std::move(cells)},
                 {"knees", std::move(knees)},
                 {"effects", std::move(effects)},
                 {"notes", answer.notes}};
  return out.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tidemark
