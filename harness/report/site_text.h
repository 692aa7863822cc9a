// Sites in words. Private to this folder.
#pragma once

#include <string>
#include <string_view>

#include "tidemark/run_record.h"

namespace tidemark {

// Null when the record does not describe the site.
const SiteRecord* find_site(const RunRecord& record, SiteId id);

// The first frame that is not glue: whose block it is. The leaf when all
// are; null when there is none.
const Frame* guilty_frame(const SiteRecord& site);

// "file.cc:42", or the module where there is no debug information.
std::string location_of(const Frame& frame);

// "Go", "the JVM", "V8"; empty for a native service.
std::string_view runtime_of(const RunRecord& record);

// What its memory is counted in: "block"; of a managed runtime "object",
// "thread", "goroutine". Null: "block".
std::string noun_of(const RunRecord& record, const SiteRecord* site);

// The same of the first place of a finding.
std::string noun_of(const RunRecord& record, const Finding& finding);

// What it is to its blocks, before place_of(): "allocated by", "of the class",
// "waiting in".
const char* relation_of(const SiteRecord& site);

// "function (file.cc:42)"; a class is its name alone.
std::string place_of(const SiteRecord& site);

// The same with the file's name alone: where the whole is told elsewhere.
std::string short_place_of(const SiteRecord& site);

// The stack, a frame a line, library frames folded unless wanted.
std::string stack_text(const SiteRecord& site, bool all_frames,
                       std::size_t width);

}  // namespace tidemark
