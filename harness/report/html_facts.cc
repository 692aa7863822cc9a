// What the run was made on and where its memory was, as a page tells it.
#include <fmt/format.h>

#include <string>

#include "harness/report/html_parts.h"
#include "harness/report/html_sections.h"
#include "harness/report/sections.h"
#include "harness/report/site_text.h"
#include "harness/report/sweep_words.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

// The last of each moment, in the order in which they came.
std::vector<const MemoryAccount*> last_accounts(const RunRecord& record) {
  std::vector<const MemoryAccount*> accounts;
  for (const MemoryAccount& account : record.memory) {
    std::erase_if(accounts, [&](const MemoryAccount* other) {
      return other->moment == account.moment;
    });
    accounts.push_back(&account);
  }
  return accounts;
}

struct Part {
  const char* name;
  const char* meaning;
  Bytes MemoryAccount::*part;
};

constexpr Part kParts[] = {
    {"live heap", "asked for by live blocks", &MemoryAccount::live},
    {"rounded up", "what the allocator adds to them", &MemoryAccount::rounding},
    {"pinned", "free, in pages that hold a live block", &MemoryAccount::pinned},
    {"free pages", "the allocator's, without a live block",
     &MemoryAccount::free},
    {"stacks", "of threads, with their storage", &MemoryAccount::stacks},
    {"own mappings", "mapped beside the allocator", &MemoryAccount::mappings},
    {"modules", "mapped files: code and data", &MemoryAccount::modules},
    {"tidemark", "its code, stacks and caches", &MemoryAccount::agent},
    {"unexplained", "nobody is known to have it", &MemoryAccount::unexplained},
    {"PSS", "the sum", &MemoryAccount::pss},
    {"in sockets", "the kernel's, beside PSS", &MemoryAccount::socket_queues},
};

std::string account_table(const RunRecord& record) {
  const std::vector<const MemoryAccount*> accounts = last_accounts(record);
  if (accounts.empty()) return {};
  std::vector<HtmlColumn> columns{{"memory"}};
  for (const MemoryAccount* account : accounts)
    columns.push_back({account->moment, true});
  columns.push_back({"what it is"});
  HtmlTable table("PSS of the service, by who has it", columns);
  for (const Part& part : kParts) {
    std::vector<std::string> row{part.name};
    bool any = false;
    for (const MemoryAccount* account : accounts) {
      const Bytes bytes = account->*part.part;
      any = any || bytes.value != 0;
      row.push_back(bytes_text(bytes));
    }
    row.emplace_back(part.meaning);
    if (any) table.add(row, part.part == &MemoryAccount::pss ? "sum" : "");
  }
  return table.html();
}

std::string pinning_table(const RunRecord& record) {
  if (record.memory.empty()) return {};
  HtmlTable table(
      "Blocks that keep free memory from being given back, at the "
      "end",
      {{"allocated by"},
       {"blocks", true},
       {"bytes", true},
       {"pages", true},
       {"pinned", true}});
  for (const AccountSite& one : record.memory.back().pinning_sites) {
    const SiteRecord* site = find_site(record, one.site);
    table.add({site ? place_of(*site) : "an unknown caller",
               number_text(one.blocks), bytes_text(one.bytes),
               number_text(one.pages), bytes_text(one.pinned)});
  }
  return table.html();
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : " ") + word;
  return text;
}

}  // namespace

std::string html_memory(const RunRecord& record) {
  const ReportStyle style;
  return account_table(record) + pinning_table(record) +
         html_preformatted(open_memory_section(record, style)) +
         html_preformatted(churn_section(record, style)) +
         html_preformatted(processes_table(record, style));
}

std::string html_environment(const RunRecord& record) {
  const ReportStyle style;
  HtmlFacts facts;
  const ServiceRecord& service = record.service;
  facts.add("service", joined(service.command));
  if (service.pid != 0)
    facts.add("process", fmt::format("{}{}", service.pid,
                                     service.attached ? ", attached to" : ""));
  facts.add("allocator", service.allocator);
  if (service.ready_after.count() > 0)
    facts.add("ready after", duration_text(service.ready_after));
  facts.add("scenario", record.scenario_path);
  facts.add("its SHA-256", record.scenario_digest);
  facts.add("cell", cell_text(record.cell));
  facts.add("began", record.started_at);
  facts.add("took", duration_text(record.took));
  facts.add("tidemark", record.tidemark_version);
  facts.add("record", fmt::format("version {}{}", record.version,
                                  record.partial ? ", partial" : ""));
  std::string text = facts.html() +
                     html_preformatted(facts_section(record, style)) +
                     html_preformatted(answers_table(record, style)) +
                     html_preformatted(standins_table(record, style));
  std::string output;
  for (const std::string& line : service.last_output) output += line + "\n";
  if (!output.empty())
    text +=
        html_details("Last output of the service", html_preformatted(output));
  return text;
}

std::string html_suppressions(const RunRecord& record) {
  HtmlTable table("Rules", {{"rule"},
                            {"about"},
                            {"kind"},
                            {"owner"},
                            {"findings", true},
                            {"bytes", true},
                            {"what is wrong"}});
  for (const SuppressionRecord& rule : record.suppressions)
    table.add({rule.rule, rule.subject, rule.kind, rule.owner,
               number_text(rule.findings), bytes_text(rule.bytes),
               rule.complaint});
  return html_preformatted(suppressions_section(record, {})) + table.html();
}

}  // namespace tidemark
