// Flame graphs, and the table of sites.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "harness/report/html_parts.h"
#include "harness/report/html_sections.h"
#include "harness/report/names.h"
#include "harness/report/sections.h"
#include "harness/report/site_text.h"
#include "harness/report/text.h"
#include "harness/report/xml.h"

namespace tidemark {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLargest = 40;  // stacks, in the table

std::string largest_table(const FlameGraph& graph) {
  std::vector<FlameStack> sorted = graph.stacks;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const FlameStack& a, const FlameStack& b) {
                     return a.bytes > b.bytes;
                   });
  HtmlTable table(graph.title + ": the largest stacks",
                  {{"bytes", true}, {"from the root to the leaf"}});
  for (std::size_t i = 0; i < sorted.size() && i < kLargest; ++i) {
    std::string stack;
    for (const std::string& frame : sorted[i].frames)
      stack += (stack.empty() ? "" : " → ") + clipped(frame, 200);
    table.add({bytes_text(sorted[i].bytes), stack});
  }
  std::string text = table.html();
  if (sorted.size() > kLargest)
    text +=
        html_text("p", fmt::format("… and {} more.", sorted.size() - kLargest));
  return text;
}

// What is known of a site, from wherever the record names it.
struct SiteSums {
  Bytes residue;
  Count residue_blocks;
  Bytes live;
  Count live_blocks;
  std::size_t finding = 0;  // by its number; 0: none
};

std::map<SiteId, SiteSums> site_sums(const RunRecord& record) {
  std::map<SiteId, SiteSums> sums;
  for (const SiteRecord& site : record.sites) sums[site.id];
  for (const LastHeld& held :
       record.allocated.empty() ? record.post_mortem : record.allocated) {
    sums[held.site].live += held.bytes;
    sums[held.site].live_blocks += held.objects;
  }
  if (!record.judgement) return sums;
  std::size_t number = 0;
  for (const Finding* finding : numbered(*record.judgement)) {
    ++number;
    for (const SiteId id : finding->sites)
      if (sums[id].finding == 0) sums[id].finding = number;
    for (const FindingMember& member : finding->members)
      for (const SiteShare& share : member.sites) {
        SiteSums& sum = sums[share.site];
        sum.residue += share.bytes;
        sum.residue_blocks += share.objects;
        if (sum.finding == 0) sum.finding = number;
      }
  }
  return sums;
}

}  // namespace

std::string html_flame_place(std::size_t number, const std::string& title,
                             const std::string& about,
                             const std::string& table) {
  return html_text("h3", title) + html_text("p", about) +
         fmt::format(
             "<div class=\"flame\" data-flame=\"{}\" "
             "data-title=\"{}\"></div>\n",
             number, escaped(title)) +
         html_details("The largest stacks as a table", table);
}

std::string html_flames(const std::vector<FlameGraph>& graphs, TextTable& texts,
                        Json& data) {
  std::string text;
  for (const FlameGraph& graph : graphs) {
    if (graph.stacks.empty()) continue;
    text += html_flame_place(data.size(), graph.title, graph.about,
                             largest_table(graph));
    data.push_back(flame_tree(graph.stacks, texts));
  }
  return text;
}

std::string html_sites(const RunRecord& record) {
  if (record.sites.empty()) return {};
  return "<p>Every place that the record names. <em>Residue</em> is what a "
         "finding has of it: born after the baseline and there at the end. "
         "<em>Live</em> is all that was there at the end, of the largest "
         "ones.</p>\n<div id=\"site-table\"></div>\n";
}

// [place, size, residue, blocks, live, blocks, finding, kind, frames leaf
// first as [function, place]…, 1 if the stack is whole]
Json sites_data(const RunRecord& record, TextTable& texts) {
  Json rows = Json::array();
  const SiteIndex sites(record);
  for (const auto& [id, sum] : site_sums(record)) {
    const SiteRecord* site = sites.find(id);
    Json frames = Json::array();
    if (site)
      for (const Frame& frame : site->frames) {
        frames.push_back(texts.number(short_name(frame.function)));
        frames.push_back(texts.number(location_of(frame)));
      }
    rows.push_back(Json::array(
        {texts.number(site ? place_of(*site) : "an unknown caller"),
         site ? site->size.value : 0, sum.residue.value,
         sum.residue_blocks.value, sum.live.value, sum.live_blocks.value,
         sum.finding, site && site->kind == MemoryKind::kMapping ? 1 : 0,
         std::move(frames), site && site->zoomed ? 1 : 0}));
  }
  return rows;
}

}  // namespace tidemark
