// A finding's name that survives a rebuild: what suppression files, CI and
// people remember it by.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "tidemark/run_record.h"

namespace tidemark {

// So many of a stack's own frames make it: who allocated, and for whom. What
// is nearer to the root differs from build to build (calls in tail position
// leave no frame at -O2) and from run to run (the ways of an event loop to
// one handler).
inline constexpr std::size_t kFingerprintFrames = 3;

// FNV-1a of the innermost own frames of the place that the finding names
// (callers.h: no addresses, lines, parameters or template arguments), as 16
// hexadecimal digits. Where its sites have different callers, those that all
// of them share count. A finding that is no one place's is known by its class,
// unit and stand-in. Neither rates nor sizes are part of it: a leak that
// becomes smaller is the same leak.
std::string fingerprint_of(const Finding& finding,
                           std::span<const SiteRecord> sites);

}  // namespace tidemark
