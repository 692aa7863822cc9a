// The sections of a run's page, each as markup; empty where the record has
// nothing to say. Records are printable. Private to this folder.
#pragma once

#include <string>
#include <vector>

#include "harness/report/flame_tree.h"
#include "tidemark/run_record.h"

namespace tidemark {

// Findings in sentences, with stacks and holders; then all as a table.
std::string html_findings(const RunRecord& record);

// The place of a plot, and its figures as a table.
std::string html_timeline(const RunRecord& record);
nlohmann::ordered_json timeline_data(const RunRecord& record);

// Survivors by the cycle of their birth, finding by finding.
std::string html_rings(const RunRecord& record);

// Places of flame graphs, each with its largest stacks as a table; their
// trees are added to `data`, an array, in the same order.
struct FlameGraph {
  std::string title;
  std::string about;  // what is seen, and how it is measured
  std::vector<FlameStack> stacks;
};
std::string html_flames(const std::vector<FlameGraph>& graphs, TextTable& texts,
                        nlohmann::ordered_json& data);

// A flame graph's place alone, for trees of other kinds.
std::string html_flame_place(std::size_t number, const std::string& title,
                             const std::string& about,
                             const std::string& table);

// Where the table of sites goes.
std::string html_sites(const RunRecord& record);
nlohmann::ordered_json sites_data(const RunRecord& record, TextTable& texts);

// How fast each cycle was.
std::string html_pace(const RunRecord& record);
nlohmann::ordered_json pace_data(const RunRecord& record);

// Which ways in which cycle.
std::string html_plan(const RunRecord& record);

// Where the memory is, moment by moment; what connections cost while open.
std::string html_memory(const RunRecord& record);

std::string html_environment(const RunRecord& record);
std::string html_suppressions(const RunRecord& record);

}  // namespace tidemark
