// Why a process cannot be attached to, by the full text.
#include "harness/attach/attachable.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

namespace tidemark::attach {
namespace {

AttachFacts good() {
  AttachFacts facts;
  facts.pid = 77;
  facts.process = 77;
  facts.exists = true;
  facts.program = "chat";
  facts.user = 1000;
  facts.our_user = 1000;
  facts.library = "/opt/libtidemark_attached.so";
  return facts;
}

std::string said(const AttachFacts& facts) {
  const Status status = check_attachable(facts);
  return status ? "" : status.error().message;
}

TEST(Attachable, AProcessOfOursIs) { EXPECT_EQ(said(good()), ""); }

TEST(Attachable, AnUnknownNumberIsAnErrorOfUsage) {
  AttachFacts facts = good();
  facts.exists = false;
  EXPECT_EQ(said(facts), "there is no process 77");
  EXPECT_EQ(check_attachable(facts).error().kind, ErrorKind::kUsage);
}

TEST(Attachable, AThreadNamesItsProcess) {
  AttachFacts facts = good();
  facts.is_thread = true;
  facts.process = 70;
  EXPECT_EQ(said(facts), "77 is a thread of process 70");
  EXPECT_EQ(check_attachable(facts).error().hint, "--pid 70");
}

TEST(Attachable, NotTidemarkItself) {
  AttachFacts facts = good();
  facts.ours = true;
  EXPECT_EQ(said(facts), "process 77 is tidemark itself");
}

TEST(Attachable, NotAZombieNorAStoppedOne) {
  AttachFacts facts = good();
  facts.state = 'Z';
  EXPECT_EQ(said(facts),
            "cannot attach to process 77 (chat): it has ended, and nobody has "
            "collected it");
  facts.state = 'T';
  EXPECT_EQ(said(facts), "cannot attach to process 77 (chat): it is stopped");
}

TEST(Attachable, AnotherUsersNeedsRights) {
  AttachFacts facts = good();
  facts.user = 33;
  EXPECT_EQ(said(facts),
            "cannot attach to process 77 (chat): it belongs to user 33, "
            "tidemark runs as user 1000");
  facts.may_trace = true;
  EXPECT_EQ(said(facts), "");
}

TEST(Attachable, YamaIsNamedWithItsCure) {
  AttachFacts facts = good();
  facts.yama = 1;
  EXPECT_EQ(said(facts),
            "cannot attach to process 77 (chat): kernel.yama.ptrace_scope is "
            "1: this machine lets only its parent trace another process");
  EXPECT_EQ(check_attachable(facts).error().hint,
            "run tidemark as root (CAP_SYS_PTRACE), or allow it until the next "
            "boot: sysctl -w kernel.yama.ptrace_scope=0; or let the scenario "
            "start the service");
  facts.descendant = true;
  EXPECT_EQ(said(facts), "");
  facts.yama = 2;
  EXPECT_NE(said(facts).find("root alone"), std::string::npos);
  facts.may_trace = true;
  EXPECT_EQ(said(facts), "");
  facts.yama = 3;
  EXPECT_NE(said(facts).find("nobody may trace"), std::string::npos);
}

TEST(Attachable, ADebuggerIsNamed) {
  AttachFacts facts = good();
  facts.tracer = 80;
  facts.tracer_name = "gdb";
  EXPECT_EQ(said(facts),
            "cannot attach to process 77 (chat): process 80 (gdb) traces it");
}

TEST(Attachable, ASeccompFilterCouldKill) {
  AttachFacts facts = good();
  facts.seccomp = 2;
  EXPECT_EQ(said(facts),
            "cannot attach to process 77 (chat): it filters its system calls "
            "(seccomp): loading a library could kill it");
}

TEST(Attachable, AStaticProgramHasNoLoader) {
  AttachFacts facts = good();
  facts.has_libc = false;
  EXPECT_EQ(said(facts),
            "cannot attach to process 77 (chat): it has no glibc loaded (it is "
            "statically linked, or has another libc): there is no loader to "
            "load the agent");
}

TEST(Attachable, AnotherMachinesProgramIsNot) {
  AttachFacts facts = good();
  facts.same_machine = false;
  EXPECT_EQ(said(facts),
            "cannot attach to process 77 (chat): it is not an x86-64 program");
}

TEST(Attachable, NotTwice) {
  AttachFacts facts = good();
  facts.attached = true;
  EXPECT_EQ(said(facts),
            "cannot attach to process 77 (chat): tidemark's agent is in it "
            "already");
  facts.preloaded = true;
  EXPECT_EQ(said(facts),
            "cannot attach to process 77 (chat): it was started under "
            "tidemark's agent already");
}

TEST(Attachable, TheLibraryMustBeThereForItAsForUs) {
  AttachFacts facts = good();
  facts.library_visible = false;
  EXPECT_EQ(said(facts),
            "cannot attach to process 77 (chat): it does not see "
            "/opt/libtidemark_attached.so: it lives in another mount namespace "
            "or root folder");
}

TEST(Attachable, AMallocOfItsOwnIsNotSeen) {
  AttachFacts facts = good();
  facts.own_malloc = true;
  EXPECT_EQ(said(facts),
            "cannot attach to process 77 (chat): its program brings its own "
            "malloc: its blocks cannot be seen");
}

TEST(Attachable, NotIntoAnotherPidNamespace) {
  AttachFacts facts = good();
  facts.same_pids = false;
  EXPECT_EQ(said(facts),
            "cannot attach to process 77 (chat): it lives in another PID "
            "namespace, where processes have other numbers");
}

// The kernel gives /proc/PID to root when a process is not to be looked at.
TEST(Attachable, TheUserIsNotTheOneOfItsFolder) {
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_DUMPABLE, 0);
    if (geteuid() == 0 && setresuid(33, 33, 33) != 0) _exit(1);
    raise(SIGSTOP);
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, WUNTRACED), child);
  ASSERT_TRUE(WIFSTOPPED(status));
  EXPECT_EQ(attach_facts(child, "").user, geteuid() == 0 ? 33 : geteuid());
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
}

TEST(Attachable, FactsOfThisProcess) {
  const AttachFacts facts = attach_facts(getpid(), "/proc/self/exe");
  EXPECT_TRUE(facts.exists);
  EXPECT_TRUE(facts.ours);
  EXPECT_TRUE(facts.descendant);
  EXPECT_TRUE(facts.same_machine);
  EXPECT_TRUE(facts.has_libc);
  EXPECT_TRUE(facts.same_pids);
  EXPECT_TRUE(facts.readable);
  EXPECT_FALSE(facts.is_thread);
  EXPECT_FALSE(facts.attached);
  EXPECT_EQ(facts.user, geteuid());
}

}  // namespace
}  // namespace tidemark::attach
