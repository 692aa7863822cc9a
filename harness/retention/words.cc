#include "tidemark/retention.h"

namespace tidemark {

const char* to_word(RootKind kind) {
  switch (kind) {
    case RootKind::kGlobal:
      return "global";
    case RootKind::kThreadLocal:
      return "thread-local";
    case RootKind::kStack:
      return "stack";
    case RootKind::kRegister:
      return "register";
    case RootKind::kMapping:
      return "mapping";
    case RootKind::kAllocator:
      return "allocator";
  }
  return "allocator";
}

}  // namespace tidemark
