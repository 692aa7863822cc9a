// The heap of a JVM, class by class, as the JVM itself counts it: exact, and
// without a word about where or when an object was made. Its threads beside it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "tidemark/clock.h"
#include "tidemark/probe.h"

namespace tidemark {

struct JvmProbeOptions {
  // The folder of the JDK whose jcmd is to ask; empty: tidemark asks itself,
  // and by the service's own jcmd, or that in JAVA_HOME, where it cannot.
  std::string jdk;
  // Asked while a JVM is waited for, which may take minutes, and while a heap
  // dump is read: whether the user has had enough. May be empty.
  std::function<bool()> cancelled;
};

// The service's processes may be several JVMs, and others beside them. The
// clock must outlive the probe.
std::unique_ptr<HeapProbe> make_jvm_probe(JvmProbeOptions options,
                                          Clock& clock);

}  // namespace tidemark
