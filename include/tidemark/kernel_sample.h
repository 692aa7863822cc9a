// What the kernel says about the service: all its processes added up.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tidemark/units.h"

namespace tidemark {

struct FdCounts {
  Count sockets;
  Count files;
  Count pipes;
  Count epolls;
  Count events;  // eventfd, timerfd, signalfd, inotify
  Count other;

  Count total() const {
    return sockets + files + pipes + epolls + events + other;
  }
  bool operator==(const FdCounts&) const = default;
};

// One entry per TCP socket state the service has, named as ss(8) does:
// "ESTAB", "LISTEN", "CLOSE-WAIT", "FIN-WAIT-1" …
using SocketStates = std::map<std::string, Count>;

struct KernelSample {
  CycleIndex cycle;
  std::string moment;  // "baseline", "open", "drained", "settled"
  Bytes pss;           // without the agent's own mappings
  Bytes rss;
  Bytes peak_rss;  // the most since the cycle began; less the agent's of now
  Bytes private_dirty;
  Bytes agent;  // what the agent's table occupies (subtracted above)
  Bytes page_tables;
  FdCounts fds;          // without the agent's descriptor
  Count threads;         // without the agent's thread
  SocketStates sockets;  // TCP sockets the service holds
  Bytes socket_queues;   // bytes waiting in their queues, both directions
  Count processes;

  bool operator==(const KernelSample&) const = default;
};

}  // namespace tidemark
