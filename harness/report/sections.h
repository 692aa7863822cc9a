// The parts of the terminal report, each a value from the record. Private to
// this folder.
#pragma once

#include <string>
#include <vector>

#include "tidemark/reporter.h"

namespace tidemark {

// The verdict as reports shout it, and why, in a line.
std::string headline_word(const RunRecord& record);
std::string headline_reason(const RunRecord& record);

// That the record ends early, and where; empty: it does not.
std::string partial_label(const RunRecord& record);

// What failed, behind the headline's line of it, and what to do.
std::string error_section(const RunRecord& record, const ReportStyle& style);

// Findings that fail or leave doubt are told in sentences, and so is memory
// that only the allocator has; innocent ones have a line in the table.
bool is_worth_a_section(const Finding& finding);

// As reports number them, from 1: those that are worth a section first.
std::vector<const Finding*> numbered(const Judgement& judgement);

// What is found, in one sentence; empty where its evidence says it all.
std::string sentence_of(const RunRecord& record, const Finding& finding);

std::string finding_section(const RunRecord& record, const Finding& finding,
                            int number, const ReportStyle& style);

// The places that take part in a finding, each with its share of the rate.
std::string members_section(const RunRecord& record, const Finding& finding,
                            const ReportStyle& style);

// The fingerprint; of what fails, within the rule that would allow it.
std::string fingerprint_section(const RunRecord& record,
                                const Finding& finding);

// Suppressed findings, a line each, and rules that did nothing.
std::string suppressions_section(const RunRecord& record,
                                 const ReportStyle& style);

// How long memory lasts with the finding alone, and with all of them; empty
// when nobody asked.
std::string forecast_line(const RunRecord& record, const Finding& finding);
std::string forecast_fact(const RunRecord& record);

std::string findings_table(const RunRecord& record, const ReportStyle& style);

std::string post_mortem_section(const RunRecord& record,
                                const ReportStyle& style);

// What the service answered to provocations: "provocation | answers".
std::string answers_table(const RunRecord& record, const ReportStyle& style);

// What open connections cost, by site.
std::string open_memory_section(const RunRecord& record,
                                const ReportStyle& style);

// Where churn comes from: who allocated most, kept or not. Empty where nothing
// is churned.
std::string churn_section(const RunRecord& record, const ReportStyle& style);

// The stand-ins, and the connections that stayed there.
std::string standins_table(const RunRecord& record, const ReportStyle& style);

// Where the memory is, moment by moment.
std::string memory_table(const RunRecord& record, const ReportStyle& style);

// Each process of a service that has several.
std::string processes_table(const RunRecord& record, const ReportStyle& style);

// What failed did so before there was a service: nothing was looked at.
bool never_started(const RunRecord& record);

// Connections, purge, kernel, detection limit, what is invisible.
std::string facts_section(const RunRecord& record, const ReportStyle& style);

// style.width, or what the narrowest report needs.
std::size_t width_of(const ReportStyle& style);

}  // namespace tidemark
