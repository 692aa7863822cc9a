// Whether this machine and this process let the agent in: looked at before
// anything is touched, and said in words.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "tidemark/result.h"

namespace tidemark::attach {

// What decides it.
struct AttachFacts {
  pid_t pid = 0;
  bool exists = false;
  bool is_thread = false;  // the number of a thread, not of a process
  pid_t process = 0;       // whose thread it is
  bool ours = false;       // tidemark itself
  char state = 'S';        // as ps(1) shows it
  unsigned user = 0;       // of the process: its effective one
  unsigned our_user = 0;
  bool may_trace = false;   // we have CAP_SYS_PTRACE
  int yama = 0;             // kernel.yama.ptrace_scope; 0 without Yama
  bool descendant = false;  // of ours
  bool same_pids = true;    // the numbers of processes mean the same to it
  pid_t tracer = 0;         // who traces it already
  std::string tracer_name;
  int seccomp = 0;           // 2: a filter of system calls
  bool readable = true;      // its memory map
  bool same_machine = true;  // x86-64, as tidemark is
  bool has_libc = true;
  bool own_malloc = false;  // the program defines it
  std::string program;      // what it runs
  bool preloaded = false;   // started under tidemark
  bool attached = false;    // another run is in it, or was
  bool library_visible = true;
  std::string library;
};

AttachFacts attach_facts(pid_t pid, const std::string& library);

// Pure. kUsage for a number that is no process, else kEnvironment.
Status check_attachable(const AttachFacts& facts);

}  // namespace tidemark::attach
