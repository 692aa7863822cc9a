#include "harness/report/watch_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/report/openmetrics_families.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

constexpr std::size_t kLines = 12;  // of the live table
constexpr std::size_t kTime = 8;    // of "2026-11-22T07:31:32Z"
constexpr std::size_t kTimeAt = 11;

std::string clock_of(const WatchReading& reading) {
  return reading.time.size() >= kTimeAt + kTime
             ? reading.time.substr(kTimeAt, kTime)
             : reading.time;
}

std::string signed_bytes(Bytes more) {
  return fmt::format("{}{}", more.value < 0 ? "-" : "+",
                     bytes_text(Bytes{std::abs(more.value)}));
}

std::string heap_text(const WatchReading& reading) {
  return reading.heap ? bytes_text(reading.heap->live) : "not seen";
}

std::string allocator_text(const WatchReading& reading) {
  return reading.heap && reading.heap->allocator
             ? bytes_text(*reading.heap->allocator)
             : "-";
}

std::string row(const std::string& time, const std::string& live,
                const std::string& change, const std::string& allocator,
                const std::string& pss, const std::string& fds,
                const std::string& threads, const std::string& connections) {
  return "  " + flush_left(time, kTime) + flush_right(live, 12) +
         flush_right(change, 13) + flush_right(allocator, 11) +
         flush_right(pss, 11) + flush_right(fds, 6) + flush_right(threads, 9) +
         flush_right(connections, 7) + "\n";
}

// Live heap where it is seen, else the kernel's figure.
Bytes memory_of(const WatchReading& reading) {
  return reading.heap ? reading.heap->live : reading.pss;
}

std::string reading_row(const WatchReading& reading,
                        const WatchReading& first) {
  return row(clock_of(reading), heap_text(reading),
             signed_bytes(memory_of(reading) - memory_of(first)),
             allocator_text(reading), bytes_text(reading.pss),
             number_text(reading.fds), number_text(reading.threads),
             number_text(reading.connections));
}

nlohmann::ordered_json growing_json(const GrowingPlace& place) {
  return {{"place", printable(place.place)},
          {"bytes", place.bytes.value},
          {"objects", place.objects.value}};
}

}  // namespace

std::string watch_line(const WatchReading& reading, const WatchReading& first) {
  std::string text = fmt::format("{}  ", reading.time);
  if (reading.heap)
    text += fmt::format("live {} ({})  allocator {}  ", heap_text(reading),
                        signed_bytes(reading.heap->live - first.heap->live),
                        allocator_text(reading));
  text += fmt::format("PSS {} ({})  fds {}  threads {}  connections {}",
                      bytes_text(reading.pss),
                      signed_bytes(reading.pss - first.pss),
                      number_text(reading.fds), number_text(reading.threads),
                      number_text(reading.connections));
  if (reading.heap && !reading.heap->growing.empty()) {
    const GrowingPlace& most = reading.heap->growing.front();
    text += fmt::format("  most: {} {}", signed_bytes(most.bytes),
                        printable(most.place));
  }
  return text + "\n";
}

std::string watch_json(const WatchReading& reading) {
  nlohmann::ordered_json json = {{"time", reading.time},
                                 {"seconds", to_seconds(reading.at)},
                                 {"live_bytes", nullptr},
                                 {"live_objects", nullptr},
                                 {"allocator_bytes", nullptr},
                                 {"allocations", nullptr},
                                 {"pss_bytes", reading.pss.value},
                                 {"rss_bytes", reading.rss.value},
                                 {"fds", reading.fds.value},
                                 {"threads", reading.threads.value},
                                 {"connections", reading.connections.value},
                                 {"processes", reading.processes.value},
                                 {"growing", nlohmann::ordered_json::array()}};
  if (reading.heap) {
    json["live_bytes"] = reading.heap->live.value;
    json["live_objects"] = reading.heap->live_objects.value;
    json["allocations"] = reading.heap->allocations.value;
    if (reading.heap->allocator)
      json["allocator_bytes"] = reading.heap->allocator->value;
    for (const GrowingPlace& place : reading.heap->growing)
      json["growing"].push_back(growing_json(place));
  }
  return json.dump(-1, ' ', false,
                   nlohmann::ordered_json::error_handler_t::replace) +
         "\n";
}

std::string watch_table(const std::string& title,
                        const std::vector<WatchReading>& readings,
                        const ReportStyle& style) {
  const WatchReading& first = readings.front();
  const WatchReading& last = readings.back();
  const auto width = static_cast<std::size_t>(style.width);
  std::string text = clipped(fmt::format("{}, watched for {}", printable(title),
                                         duration_text(last.at)),
                             width) +
                     "\n" +
                     row("time", "live heap", "since start", "allocator", "PSS",
                         "fds", "threads", "conns");
  // The first stays: it is what the others are measured from.
  if (readings.size() > kLines) text += reading_row(first, first);
  const std::size_t from =
      readings.size() > kLines ? readings.size() - kLines + 1 : 0;
  for (std::size_t i = from; i < readings.size(); ++i)
    text += reading_row(readings[i], first);
  if (!last.heap) return text;
  if (last.heap->growing.empty())
    return text + "  nothing has more than when the watch began\n";
  text += "  most more since then:\n";
  for (const GrowingPlace& place : last.heap->growing)
    text +=
        clipped(flush_right(signed_bytes(place.bytes), 14) + " in " +
                    plural(static_cast<double>(place.objects.value), "block") +
                    "  " + printable(place.place),
                width) +
        "\n";
  return text;
}

std::string watch_openmetrics(const std::string& name,
                              const WatchReading& reading) {
  MetricFamilies families(printable(name));
  const auto value = [](auto quantity) {
    return static_cast<double>(quantity.value);
  };
  if (reading.heap) {
    families.one("tidemark_watch_live_heap_bytes", "bytes",
                 "Requested bytes of live blocks and mappings.",
                 value(reading.heap->live));
    families.one("tidemark_watch_live_objects", "", "Live blocks and mappings.",
                 value(reading.heap->live_objects));
    if (reading.heap->allocator)
      families.one("tidemark_watch_allocator_bytes", "bytes",
                   "Resident memory that the allocator has, used or free.",
                   value(*reading.heap->allocator));
    families.begin("tidemark_watch_growing_bytes", "bytes",
                   "More than when the watch began, by place.");
    for (const GrowingPlace& place : reading.heap->growing)
      families.sample(value(place.bytes), {{"place", printable(place.place)}});
  }
  families.one("tidemark_watch_pss_bytes", "bytes",
               "Proportional set size of the service.", value(reading.pss));
  families.one("tidemark_watch_rss_bytes", "bytes",
               "Resident set size of the service.", value(reading.rss));
  families.one("tidemark_watch_fds", "", "Open descriptors.",
               value(reading.fds));
  families.one("tidemark_watch_threads", "", "Threads.",
               value(reading.threads));
  families.one("tidemark_watch_connections", "",
               "TCP sockets that do not listen.", value(reading.connections));
  families.one("tidemark_watch_seconds", "seconds",
               "How long the watch has lasted.", to_seconds(reading.at));
  return std::move(families).finish();
}

}  // namespace tidemark
