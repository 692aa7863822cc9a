// Findings as a page tells them: the terminal's sentences, and what is behind
// each of them to open.
#include <fmt/format.h>

#include <algorithm>

#include "harness/report/advice.h"
#include "harness/report/html_parts.h"
#include "harness/report/html_sections.h"
#include "harness/report/names.h"
#include "harness/report/retention_text.h"
#include "harness/report/sections.h"
#include "harness/report/site_text.h"
#include "harness/report/suppression_text.h"
#include "harness/report/text.h"
#include "harness/report/way_tree.h"
#include "harness/report/xml.h"

namespace tidemark {
namespace {

constexpr std::size_t kTold = 50;     // in sentences
constexpr std::size_t kRows = 500;    // of the table
constexpr std::size_t kMembers = 20;  // of a finding
constexpr std::size_t kBranches = 200;

std::string cut(const std::string& name) { return clipped(name, kLongestText); }

std::string frame_item(const Frame& frame) {
  return fmt::format(
      "<li{}><span class=\"code\">{}</span> <span "
      "class=\"place\">{}{}</span></li>\n",
      frame.library ? " class=\"library\"" : "",
      escaped(cut(short_name(frame.function))),
      escaped(cut(frame.file.empty()
                      ? frame.module
                      : fmt::format("{}:{}", frame.file, frame.line))),
      frame.inlined ? ", inlined" : "");
}

// Library frames as one item, unless all are wanted.
std::string frame_list(const SiteRecord& site, bool all) {
  std::string text =
      all ? "<ol class=\"stack\">\n" : "<ol class=\"stack own\">\n";
  std::size_t folded = 0;
  const auto flush = [&] {
    if (folded > 0)
      text += html_text(
          "li", "… " + plural(static_cast<double>(folded), "library frame"),
          "folded");
    folded = 0;
  };
  for (const Frame& frame : site.frames) {
    if (frame.library && !all) {
      ++folded;
      continue;
    }
    flush();
    text += frame_item(frame);
  }
  flush();
  return text + "</ol>\n";
}

std::string stack_list(const SiteRecord& site) {
  std::string text = frame_list(site, false);
  if (std::any_of(site.frames.begin(), site.frames.end(),
                  [](const Frame& frame) { return frame.library; }))
    text += html_details(
        fmt::format("All {}",
                    plural(static_cast<double>(site.frames.size()), "frame")),
        frame_list(site, true));
  if (!site.zoomed && site.kind != MemoryKind::kClass)
    text += html_text("p", "The caller alone: this site was not zoomed.");
  if (site.truncated)
    text += html_text("p", "The stack could not be followed further.");
  return text;
}

// The ways to the blocks, as a list of lists.
class WayList {
 public:
  WayList(const RunRecord& record, const Retention& retention)
      : record_(record),
        retention_(retention),
        noun_(noun_of(record, retention)) {}

  std::string html() {
    std::string text = "<ul class=\"ways\">\n";
    for (const Branch& root : way_tree(record_, retention_)) {
      const std::string retained = retained_text(root);
      text += fmt::format(
          "<li>{}{}</li>\n",
          escaped(fmt::format(
              "{}: {} in {}{}{}", cut(root_text(record_, *root.root)),
              bytes_text(root.bytes), plural(double(root.objects.value), noun_),
              retained.empty() ? "" : "; ", retained)),
          below(root));
    }
    if (const Unkept rest = unkept(retention_); rest.objects.value > 0)
      text += html_text("li", unkept_text(rest, noun_));
    if (retention_.unreachable.value > 0)
      text += html_text(
          "li", fmt::format("Held by nobody: {}, {}; no pointer to them is "
                            "left, they are lost",
                            plural(double(retention_.unreachable.value), noun_),
                            bytes_text(retention_.unreachable_bytes)));
    if (retention_.doubtful.value > 0)
      text += html_text(
          "li", fmt::format("Of these, {} are held by a stack, a register or "
                            "the allocator alone, which may be a stale word",
                            number_text(retention_.doubtful)));
    if (left_out_ > 0)
      text += html_text("li", fmt::format("… and {} more, in the record",
                                          plural(double(left_out_), "holder")));
    return text + "</ul>\n";
  }

 private:
  std::string below(const Branch& branch) {
    std::string items;
    for (const Branch& one : branch.below) {
      if (++shown_ > kBranches) {
        ++left_out_;
        continue;
      }
      const SiteRecord* site = find_site(record_, one.holder->site);
      const std::string place =
          site ? cut(holder_place(*one.holder, *site)) : "";
      std::string by = cut(reference_text(*one.holder, site));
      if (!by.empty()) by += ' ';
      items += fmt::format(
          "<li>{}{}</li>\n",
          escaped(fmt::format(
              "{}{}{}{}: {} in {}", by, cut(holder_text(*one.holder)),
              place.empty() ? "" : " at ", place, bytes_text(one.bytes),
              plural(double(one.objects.value), noun_))),
          below(one));
    }
    return items.empty() ? "" : "\n<ul>\n" + items + "</ul>\n";
  }

  const RunRecord& record_;
  const Retention& retention_;
  std::string noun_;
  std::size_t shown_ = 0;
  std::size_t left_out_ = 0;
};

std::string each_text(const RunRecord& record, const Finding& finding) {
  const Rate& rate = finding.rate;
  if (rate.bytes_per_unit == 0 && rate.objects_per_unit == 0) return {};
  const std::string blocks =
      plural(rate.objects_per_unit,
             finding.standin.empty() ? noun_of(record, finding) : "connection");
  std::string text =
      rate.bytes_per_unit == 0
          ? fmt::format("{} per {}", blocks, finding.unit)
          : fmt::format("{} in {} per {}", bytes_text(rate.bytes_per_unit),
                        blocks, finding.unit);
  if (rate.exact) return text + ", exactly";
  if (rate.bytes_per_connection_high > rate.bytes_per_connection_low)
    text += fmt::format("; {} … {} per connection at 99.9 %",
                        bytes_text(rate.bytes_per_connection_low),
                        bytes_text(rate.bytes_per_connection_high));
  return text;
}

std::string members_table(const RunRecord& record, const Finding& finding) {
  if (finding.members.size() < 2) return {};
  HtmlTable table("Places that grow together",
                  {{"allocated by"},
                   {"bytes per " + finding.unit, true},
                   {"blocks", true},
                   {"residue", true}});
  for (std::size_t i = 0; i < finding.members.size() && i < kMembers; ++i) {
    const FindingMember& member = finding.members[i];
    const SiteRecord* site = member.sites.empty()
                                 ? nullptr
                                 : find_site(record, member.sites[0].site);
    table.add({site ? cut(place_of(*site)) : "an unknown caller",
               bytes_text(member.bytes_per_unit),
               number_text(member.objects_per_unit),
               bytes_text(member.residue)});
  }
  std::string text = table.html();
  if (finding.members.size() > kMembers)
    text += html_text("p", fmt::format("… and {} more, in the table of sites.",
                                       finding.members.size() - kMembers));
  return text;
}

std::string rivals_text(const Finding& finding) {
  std::string text;
  for (const std::string& rival : finding.rivals)
    text += (text.empty() ? "per " : ", per ") + rival;
  return text;
}

const char* summary_of(const SiteRecord& site) {
  switch (site.kind) {
    case MemoryKind::kClass:
      return "Of the class";
    case MemoryKind::kThread:
      return "Waiting in";
    default:
      return "Allocated by";
  }
}

std::string finding_article(const RunRecord& record, const Finding& finding,
                            std::size_t number) {
  const std::string told = sentence_of(record, finding);
  std::string text = fmt::format(
      "<article class=\"finding {}\" id=\"finding-{}\">\n<h3>{}. {}</h3>\n",
      finding.fails ? "bad" : "doubt", number, number,
      escaped(told.empty() ? finding.explanation : told));
  if (!told.empty() && !finding.explanation.empty())
    text += html_text("p", finding.explanation + ".");
  const std::string lasts = forecast_line(record, finding);
  if (!lasts.empty()) text += html_text("p", lasts);
  HtmlFacts facts;
  facts.add("class", to_word(finding.kind));
  facts.add("each", each_text(record, finding));
  facts.add("as well", rivals_text(finding));
  if (finding.residue.value != 0)
    facts.add("left in all",
              fmt::format("{} in {}", bytes_text(finding.residue),
                          plural(double(finding.objects.value),
                                 noun_of(record, finding))));
  if (finding.half_life)
    facts.add("half-life", duration_text(*finding.half_life));
  if (!finding.fingerprint.empty())
    facts.add_html("fingerprint", html_text("code", finding.fingerprint));
  text += facts.html();
  const SiteRecord* site =
      finding.sites.empty() ? nullptr : find_site(record, finding.sites[0]);
  if (site)
    text += "<details open><summary>" + std::string(summary_of(*site)) + " " +
            escaped(cut(place_of(*site))) + "</summary>\n" + stack_list(*site) +
            "</details>\n";
  text += members_table(record, finding);
  if (finding.retention)
    text += "<details open><summary>Who holds it</summary>\n" +
            WayList(record, *finding.retention).html() + "</details>\n";
  const std::string advice = advice_for(record, finding);
  if (!advice.empty()) text += html_text("p", "To do: " + advice + ".", "todo");
  if (!finding.fingerprint.empty() && finding.fails)
    text += html_details(
        "If it shall be known and not fail: a rule of a suppression file",
        html_preformatted(suppression_rule(record, finding)));
  return text + "</article>\n";
}

std::string findings_overview(const RunRecord& record,
                              const std::vector<const Finding*>& findings) {
  HtmlTable table("All findings", {{"number", true},
                                   {"class"},
                                   {"each"},
                                   {"residue", true},
                                   {"allocated by"},
                                   {"evidence"},
                                   {"fingerprint"}});
  for (std::size_t i = 0; i < findings.size() && i < kRows; ++i) {
    const Finding& finding = *findings[i];
    const SiteRecord* site =
        finding.sites.empty() ? nullptr : find_site(record, finding.sites[0]);
    const char* suffix = finding.suppressed ? ", suppressed" : "";
    table.add({number_text(static_cast<double>(i + 1)),
               std::string(to_word(finding.kind)) + suffix,
               each_text(record, finding),
               finding.residue.value != 0 ? bytes_text(finding.residue) : "–",
               site                      ? cut(short_place_of(*site))
               : finding.standin.empty() ? "–"
                                         : "to " + finding.standin,
               finding.explanation, finding.fingerprint},
              finding.fails ? "fails" : "");
  }
  std::string text = table.html();
  if (findings.size() > kRows)
    text += html_text("p", fmt::format("… and {} more, in the record.",
                                       findings.size() - kRows));
  return text;
}

}  // namespace

std::string html_findings(const RunRecord& record) {
  if (!record.judgement) return {};
  const std::vector<const Finding*> findings = numbered(*record.judgement);
  if (findings.empty()) return html_text("p", "Nothing was found.");
  std::string text;
  std::size_t number = 0;
  for (const Finding* finding : findings) {
    if (!is_worth_a_section(*finding) || ++number > kTold) break;
    text += finding_article(record, *finding, number);
  }
  return text + findings_overview(record, findings);
}

}  // namespace tidemark
