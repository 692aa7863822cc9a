#include <nlohmann/json.hpp>

#include "harness/report/hunt_report.h"
#include "harness/report/hunt_sentences.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

using Json = nlohmann::ordered_json;

const char* to_word(HuntStanding standing) {
  switch (standing) {
    case HuntStanding::kConfirmed:
      return "confirmed";
    case HuntStanding::kReleased:
      return "released";
    case HuntStanding::kSeenOnce:
      return "seen once";
    case HuntStanding::kNotFollowed:
      break;
  }
  return "not followed up";
}

Json to_json(const HuntFinding& finding) {
  Json json;
  const bool death = finding.kind == HuntKind::kDeath;
  json["kind"] = death ? "death" : tidemark::to_word(finding.finding.kind);
  json["standing"] = to_word(finding.standing);
  json["ways"] = finding.ways;
  json["file"] = finding.file;
  json["watched_seconds"] = to_seconds(finding.watched);
  if (death) {
    json["reason"] = printable(finding.error.message);
    return json;
  }
  json["unit"] = finding.finding.unit;
  json["screened_unit"] = finding.screened_unit;
  json["blamed"] = finding.blamed;
  json["bytes_per_unit"] = finding.finding.rate.bytes_per_unit;
  json["objects_per_unit"] = finding.finding.rate.objects_per_unit;
  json["exact"] = finding.finding.rate.exact;
  json["fingerprint"] = finding.finding.fingerprint;
  json["allocated_by"] = printable(hunt_place(finding));
  json["held_by"] = printable(hunt_holder(finding));
  json["explanation"] = printable(finding.finding.explanation);
  return json;
}

Json to_json(const HuntScreen& screen) {
  Json json;
  json["protocol"] = screen.protocol;
  json["url"] = printable(screen.url);
  json["ways"] = screen.ways;
  json["connections"] = screen.connections.value;
  json["outcome"] = tidemark::to_word(screen.outcome);
  if (!screen.reason.empty()) json["reason"] = printable(screen.reason);
  json["detection_limit"] = screen.limit.bytes_per_connection;
  return json;
}

}  // namespace

std::string hunt_json(const HuntReport& report) {
  Json json;
  json["outcome"] = tidemark::to_word(outcome_of(report));
  json["findings"] = Json::array();
  for (const HuntFinding& finding : report.findings)
    json["findings"].push_back(to_json(finding));
  json["screens"] = Json::array();
  for (const HuntScreen& screen : report.screens)
    json["screens"].push_back(to_json(screen));
  json["not_tried"] = report.not_tried;
  json["runs"] = report.runs;
  json["seconds"] = to_seconds(report.took);
  json["out_of_time"] = report.out_of_time;
  if (report.error) json["error"] = printable(report.error->message);
  return json.dump(2) + "\n";
}

}  // namespace tidemark
