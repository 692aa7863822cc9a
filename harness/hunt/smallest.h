// From what found something to the smallest that does. Private to this folder.
#pragma once

#include <functional>

#include "harness/hunt/laboratory.h"
#include "harness/hunt/traces.h"

namespace tidemark {

using Finds = std::function<bool(const RunRecord&)>;

// The ways among `suspects` that find it alone: those blamed first, then by
// halves. Null: none of what was tried does.
const Done* find_guilty(const HuntSubject& subject, const Ways& blamed,
                        const Ways& suspects, Laboratory& laboratory,
                        const Finds& finds, const std::string& what);

// `done` with less and less in it, done as it will be from then on: whether it
// finds it is the caller's to see; null: there was no time. What does not
// happen every time keeps twice the connections that were enough once: `exact`
// says that it does. `linger`: how long what it was found by was watched at its
// end, and so is what is kept.
const Done* find_smallest(const Done* done, bool exact, Duration linger,
                          Laboratory& laboratory, const Finds& finds,
                          const std::string& what);

}  // namespace tidemark
