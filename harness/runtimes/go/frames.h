// Whose a stack of a Go program is: the program's, the runtime's, or that of
// the one who answers us. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/runtimes/go/goroutine_text.h"
#include "harness/runtimes/go/heap_text.h"
#include "harness/runtimes/go/stack_text.h"
#include "tidemark/heap_snapshot.h"

namespace tidemark::go {

// Whether a function is one of the standard library: "net/http.Serve".
bool is_standard(std::string_view function);

// As reports show it.
Frame frame_of(const StackFrame& frame);

// Leaf first; those of a goroutine end with the line that created it.
std::vector<Frame> frames_of(const HeapRecord& record,
                             const std::vector<StackFrame>& frames);
std::vector<Frame> frames_of(const GoroutineGroup& group,
                             const std::vector<StackFrame>& frames);

// Whether blocks of this record are none of the program's: those of the
// runtime for itself (goroutines' own records, threads), net/http's map of open
// connections, and those of the pages that we ask for.
bool is_own_record(const HeapRecord& record,
                   const std::vector<StackFrame>& frames);

// Whether a block is the runtime's own, by the function that its innermost
// address is in: it is put down to whichever line of the program was there
// when the runtime wanted one more for its lists (of waiting goroutines, of
// buckets behind full ones), from which it goes to others.
bool is_own_leaf(std::string_view function);

// Whether these goroutines are none of the program's: the one that answers us,
// and those that read ahead for another that serves a connection.
bool is_own_goroutine(const GoroutineGroup& group,
                      const std::vector<StackFrame>& frames);

}  // namespace tidemark::go
