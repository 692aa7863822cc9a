// Whole run records made by hand, one for each way a run can end and with every
// field filled in (sample_records.h has the short ones): what the tests of
// reports are fed with. Header only; every call makes the same value.
#pragma once

#include <string>

#include "tidemark/run_record.h"

namespace tidemark::samples {

inline Frame frame(std::string function, std::string file, std::uint32_t line,
                   std::string module = "/opt/chat/chat-server") {
  Frame made;
  made.function = std::move(function);
  made.file = std::move(file);
  made.line = line;
  made.module = std::move(module);
  return made;
}

inline Frame library_frame(std::string function, std::string file = "",
                           std::uint32_t line = 0) {
  Frame made = frame(std::move(function), std::move(file), line,
                     "/usr/lib/x86_64-linux-gnu/libstdc++.so.6");
  made.library = true;
  return made;
}

inline SiteRecord chat_site() {
  SiteRecord site;
  site.id = 7;
  site.size = {64};
  site.zoomed = true;
  site.frames = {
      library_frame("operator new(unsigned long)"),
      library_frame(
          "std::_Rb_tree<std::__cxx11::basic_string<char, "
          "std::char_traits<char>, std::allocator<char> >, int>::_M_create()",
          "/usr/include/c++/12/bits/stl_tree.h", 612),
      frame("chat::Room::join(std::shared_ptr<chat::Session> const&)",
            "src/room.cc", 88),
      frame("chat::Session::opened()::{lambda(int)#1}::operator()(int) const",
            "src/session.cc", 140),
      library_frame("boost::asio::io_context::run()"),
      frame("main", "src/main.cc", 31)};
  site.frames[2].inlined = true;
  return site;
}

inline LoadCounts counts(std::int64_t opened) {
  LoadCounts load;
  load.attempted = {opened};
  load.opened = {opened};
  load.closed = {{"graceful", {opened / 2}},
                 {"reset", {opened / 4}},
                 {"fin", {opened / 4}}};
  load.messages_sent = {2 * opened};
  load.messages_received = {2 * opened};
  return load;
}

inline KernelSample kernel_sample(std::uint32_t cycle, std::string moment) {
  KernelSample sample;
  sample.cycle = {cycle};
  sample.moment = std::move(moment);
  sample.pss = {1468006};
  sample.rss = {5242880};
  sample.private_dirty = {1048576};
  sample.agent = {327680};
  sample.page_tables = {61440};
  sample.fds = {{1}, {3}, {2}, {1}, {2}, {0}};
  sample.threads = {2};
  sample.sockets = {{"LISTEN", {1}}};
  sample.processes = {1};
  return sample;
}

inline CycleFacts cycle(std::uint32_t index, CycleKind kind,
                        std::int64_t opened) {
  CycleFacts facts;
  facts.index = {index};
  facts.kind = kind;
  if (index % 2 == 0) facts.settings = {Bytes{64}, 2, 50};
  facts.started = std::chrono::milliseconds(200 * index);
  facts.finished = facts.started + std::chrono::milliseconds(190);
  facts.load = counts(opened);
  facts.pace = {{2 * opened},
                std::chrono::milliseconds(40),
                std::chrono::microseconds(150),
                std::chrono::microseconds(400),
                std::chrono::microseconds(900),
                std::chrono::microseconds(1200),
                std::chrono::microseconds(310),
                std::chrono::milliseconds(12),
                {30 * opened}};
  facts.linger = std::chrono::milliseconds(3);
  facts.counters = {{1000 * index}, {990 * index}, {64000 * index}};
  facts.live = Bytes{80000 + 9600 * index};
  return facts;
}

// What every sample has in common: 15 cycles against a chat server.
// Of a service with python's arenas: the parts add up.
inline MemoryAccount account(std::string moment, std::int64_t pss) {
  MemoryAccount account;
  account.cycle = {15};
  account.moment = std::move(moment);
  account.pss = {pss};
  account.live = {226406};
  account.rounding = {12000};
  account.pinned = {64000};
  account.stacks = {40960};
  account.mappings = {1048576};
  account.modules = {1500000};
  account.agent = {120000};
  account.unexplained = {20000};
  account.free = {pss - 226406 - 12000 - 64000 - 40960 - 1048576 - 1500000 -
                  120000 - 20000};
  account.mappings_by_module = {{"/usr/lib/libpython3.11.so.1.0", {1048576}}};
  account.bytes_by_module = {{"/usr/bin/python3.11", {900000}},
                             {"/usr/lib/libpython3.11.so.1.0", {600000}}};
  account.blocks = {1200};
  account.pinned_pages = {74};
  account.live_sites = {{9, {20}, {1572864}, {50}, {30000}}};
  account.pinning_sites = {{9, {20}, {1572864}, {50}, {30000}}};
  account.allocator = AllocatorFigures{{{786432}}, {{238406}}, {{540000}}, {}};
  account.socket_queues = {512};
  return account;
}

inline RunRecord run(std::string name) {
  RunRecord record;
  record.tidemark_version = "0.1.0";
  record.scenario_path = "scenarios/" + name + ".yaml";
  record.scenario_name = std::move(name);
  record.started_at = "2024-05-01T12:00:00Z";
  record.partial = false;
  record.took = std::chrono::milliseconds(4200);
  record.service.command = {"./chat-server", "--port=7001"};
  record.service.pid = 4711;
  record.service.allocator = "glibc";
  record.service.ready_after = std::chrono::milliseconds(12);
  record.service.exit = ServiceExit{0, std::nullopt, false};
  record.service.last_output = {"listening on 7001"};
  record.phases = {{"start", {}, std::chrono::milliseconds(12)},
                   {"warm-up", std::chrono::milliseconds(12),
                    std::chrono::milliseconds(900)},
                   {"loaded", std::chrono::milliseconds(900),
                    std::chrono::milliseconds(4100)}};
  for (std::uint32_t i = 1; i <= 9; ++i)
    record.cycles.push_back(
        cycle(i, i <= 3 ? CycleKind::kWarmup : CycleKind::kLoaded, 200));
  for (std::uint32_t i = 10; i <= 12; ++i)
    record.cycles.push_back(cycle(i, CycleKind::kIdle, 0));
  for (std::uint32_t i = 13; i <= 15; ++i)
    record.cycles.push_back(cycle(i, CycleKind::kHalf, 100));
  record.connections = counts(2100);
  record.kernel = {kernel_sample(3, "baseline"), kernel_sample(15, "settled")};
  record.purges = {
      {{15}, "glibc", {6291456}, {5242880}, std::chrono::microseconds(800)}};
  record.memory = {account("start", 3500000), account("baseline", 5000000),
                   account("settled", 5242880)};
  record.heap_counters = {{15000}, {14850}, {960000}};
  return record;
}

inline Judgement judgement(Outcome outcome, std::string reason) {
  Judgement made;
  made.outcome = outcome;
  made.reason = std::move(reason);
  made.limit = {0.21, 0.0013, {1500}};
  return made;
}

// Two blocks for every connection, and a second site that grows with it.
inline Finding chat_finding() {
  Finding finding;
  finding.kind = FindingClass::kLeak;
  finding.fails = true;
  finding.unit = "connection";
  finding.rate = {96, 2, 96, 2, true, 96, 96};
  finding.sites = {7, 9};
  for (std::uint32_t i = 4; i <= 15; ++i) {
    const std::int64_t opened = i <= 9 ? 200 : i <= 12 ? 0 : 100;
    finding.rings.push_back({{i}, {opened}, {96 * opened}, {2 * opened}});
  }
  finding.residue = {144000};
  finding.objects = {3000};
  finding.explanation =
      "every one of 9 loaded cycles left exactly 2 blocks of 96 B per "
      "connection; idle cycles left none";
  return finding;
}

// A map of the guilty blocks, with a text behind each; some are lost.
inline Retention chat_retention() {
  RetainingPath nodes;
  nodes.root = RootKind::kGlobal;
  nodes.root_name = "chat::(anonymous namespace)::g_rooms (room.cc)";
  nodes.holders = {{7, {64}, 16, false, "std::map or set node", "", 11}};
  nodes.objects = {1400};
  nodes.bytes = {89600};
  nodes.retained = {144000};
  nodes.share = 144000;
  RetainingPath other_side = nodes;
  other_side.holders[0].offset = 24;
  other_side.holders[0].repeated = 12;
  other_side.objects = {100};
  other_side.bytes = {6400};
  RetainingPath texts = nodes;
  texts.holders.push_back({9, {32}, 40, false, "std::string", "", 1});
  texts.objects = {1480};
  texts.bytes = {47360};
  RetainingPath stack;
  stack.root = RootKind::kStack;
  stack.root_name = "stack of thread chat-server (4712) in chat::Session::run";
  stack.holders = {{9, {32}, 8, true, "", "", 1}};
  stack.objects = {3};
  stack.bytes = {96};
  return {{3000}, {144000}, {texts, nodes, other_side, stack},
          {17},   {544},    {3}};
}

inline RunRecord leak() {
  RunRecord record = run("chat-guilty");
  SiteRecord other = chat_site();
  other.id = 9;
  other.size = {32};
  other.zoomed = false;
  other.frames.erase(other.frames.begin(), other.frames.begin() + 2);
  other.frames.resize(1);
  record.sites = {chat_site(), other};
  record.judgement =
      judgement(Outcome::kLeak,
                "the service keeps 96 B in 2 objects for every connection");
  Finding bounded;
  bounded.kind = FindingClass::kBounded;
  bounded.unit = "connection";
  bounded.residue = {1572864};
  bounded.objects = {20};
  bounded.sites = {9};
  bounded.explanation = "20 blocks since cycle 4, none since";
  Finding held;
  held.kind = FindingClass::kAllocatorRetained;
  held.unit = "connection";
  held.residue = {822170};
  held.explanation = "the live heap is flat";
  record.judgement->findings = {chat_finding(), bounded, held};
  record.judgement->findings[0].retention = chat_retention();
  record.forecast = ForecastRecord{40,
                                   {512 << 20},
                                   "available on this machine",
                                   Forecast{786240, 751680, std::nullopt},
                                   36000};
  record.judgement->findings.front().forecast =
      Forecast{786240, 751680, 820800};
  record.held = chat_retention();
  record.allocated = {{7, {1500}, {96000}}, {9, {1500}, {48000}}};
  return record;
}

inline RunRecord pass() {
  RunRecord record = run("chat-innocent");
  record.judgement =
      judgement(Outcome::kPass,
                "nothing stays behind 1,500 connections; a leak of 0.21 B per "
                "connection would have been seen");
  return record;
}

// Half the connections failed, in every way the driver counts.
inline RunRecord inconclusive() {
  RunRecord record = run("busy");
  record.connections.attempted = {2100};
  record.connections.opened = {900};
  record.connections.refused = {700};
  record.connections.failed = {400};
  record.connections.early_closed = {100};
  record.connections.reply_errors = {12};
  record.connections.close_timeouts = {3};
  record.connections.reasons = {{"HTTP 503 instead of 101", {400}},
                                {"connection refused", {700}}};
  record.service.invisible = {
      "the executable has an allocator of its own (static jemalloc): its "
      "blocks are not seen"};
  record.judgement =
      judgement(Outcome::kInconclusive,
                "only 900 of 2,100 connections were opened (mostly: connection "
                "refused): nothing can be said about the others");
  return record;
}

// The service died: no verdict, but what it held is known.
inline RunRecord died() {
  RunRecord record = run("fragile");
  record.partial = true;
  record.cycles.resize(5);
  record.phases.resize(2);
  record.memory.clear();
  record.service.exit = ServiceExit{std::nullopt, 11, false};
  record.service.last_output = {"listening on 7001", "Segmentation fault"};
  record.sites = {chat_site()};
  record.post_mortem = {{7, {3000}, {144000}}, {8, {1}, {4096}}};
  record.error =
      Error{ErrorKind::kEnvironment,
            "wanted the service to serve cycle 6, but it died of signal 11 "
            "(Segmentation fault)\nIts last output:\n  Segmentation fault",
            "run it under a debugger, or look at what it held below"};
  return record;
}

inline RunRecord time_growth() {
  RunRecord record = run("ticker");
  SiteRecord site = chat_site();
  site.truncated = true;
  site.frames = {library_frame("malloc"),
                 frame("tick::Journal::note_time(long)", "src/ticker.cc", 17)};
  record.sites = {site};
  Finding finding;
  finding.kind = FindingClass::kTimeGrowth;
  finding.fails = true;
  finding.unit = "second";
  finding.rivals = {"connection"};
  finding.rate = {81.9, 2.56, 1280, 40, false, 80.1, 83.6};
  finding.sites = {7};
  finding.residue = {122880};
  finding.objects = {3840};
  finding.explanation = "the idle cycles grew as fast as the loaded ones";
  record.judgement =
      judgement(Outcome::kLeak,
                "the service grows by 1,280 B every second, connected or not");
  record.judgement->findings = {finding};
  return record;
}

// Every other expectation missed at once.
inline RunRecord budgets() {
  RunRecord record = run("budgets");
  record.judgement = judgement(
      Outcome::kLeak, "12 sockets more than at the baseline (allowed: 0)");
  for (const char* unit : {"socket", "descriptor", "thread"}) {
    Finding finding;
    finding.kind = FindingClass::kDescriptors;
    finding.fails = true;
    finding.unit = unit;
    finding.objects = {12};
    finding.explanation =
        std::string("12 ") + unit + "s more than at the baseline (allowed: 0)";
    record.judgement->findings.push_back(finding);
  }
  Finding peak;
  peak.kind = FindingClass::kLeak;
  peak.fails = true;
  peak.unit = "open connection";
  peak.rate.bytes_per_connection = 20480;
  peak.rate.bytes_per_unit = 20480;
  peak.explanation =
      "each open connection holds 20.0 KiB of the heap where 16.0 KiB are "
      "allowed";
  record.judgement->findings.push_back(peak);
  record.kernel[1].fds.sockets = {13};
  record.kernel[1].sockets["CLOSE-WAIT"] = {12};
  record.kernel[1].threads = {14};
  record.service.exit = ServiceExit{std::nullopt, 9, true};
  return record;
}

// A pool per request that is never closed, at one stand-in of two, and what
// provocations were answered.
inline RunRecord upstream() {
  RunRecord record = run("redis-pool");
  record.judgement = judgement(
      Outcome::kLeak,
      "the service leaves 1 connection to `cache` open for every request");
  Finding finding;
  finding.kind = FindingClass::kUpstream;
  finding.fails = true;
  finding.unit = "request";
  finding.standin = "cache";
  finding.rate.objects_per_connection = 3;
  finding.rate.objects_per_unit = 1;
  finding.rate.exact = true;
  for (std::uint32_t i = 4; i <= 15; ++i) {
    const std::int64_t opened = i <= 9 ? 200 : i <= 12 ? 0 : 100;
    finding.rings.push_back({{i}, {opened}, {}, {3 * opened}});
  }
  finding.objects = {4500};
  finding.explanation =
      "1 connection to `cache` per request stays open: 4,500 after 4,500 "
      "requests, the same in every cycle; their sockets and descriptors in "
      "the service are counted here alone";
  Finding pool;
  pool.kind = FindingClass::kBounded;
  pool.unit = "connection";
  pool.standin = "feed";
  pool.objects = {12};
  pool.explanation =
      "12 connections to `feed` more than at the baseline, which do not grow "
      "with the load: a pool";
  record.judgement->findings = {finding, pool};
  StandInRecord cache;
  cache.name = "cache";
  cache.counts = {{6302}, {6300}, {12604}, {331000}, {120000}, {}};
  for (std::int64_t i = 1; i <= 5; ++i)
    cache.stayed.push_back(
        {{i}, "PING", std::chrono::milliseconds(40 * i), {58}, {19}});
  StandInRecord feed;
  feed.name = "feed";
  feed.counts = {{12}, {12}, {0}, {1900}, {1500}, {{"no mask", {2}}}};
  feed.stayed.push_back({{1}, "", std::chrono::milliseconds(41), {158}, {129}});
  record.standins = {cache, feed};
  for (CycleFacts& facts : record.cycles) {
    StandInFacts seen;
    seen.name = "cache";
    seen.accepted = {3 * facts.load.opened.value};
    seen.open = {3 * 200 * facts.index.value};
    facts.standins = {seen};
  }
  record.connections.answers = {
      {"bad_version", {{"HTTP 505", {12}}, {"closed without a word", {1}}}},
      {"huge_header", {{"HTTP 431", {13}}}}};
  return record;
}

// Two large buffers for each open connection, and nothing behind them.
inline RunRecord open_buffers() {
  RunRecord record = run("feed-client");
  SiteRecord reads = chat_site();
  reads.frames = {library_frame("operator new[](unsigned long)"),
                  frame("feed_read_buffer(unsigned long)", "src/feed.cc", 80),
                  frame("main", "src/feed.cc", 200)};
  SiteRecord writes = reads;
  writes.id = 8;
  writes.frames[1] =
      frame("feed_write_buffer(unsigned long)", "src/feed.cc", 84);
  record.sites = {reads, writes};
  record.open = OpenMemory{
      {200},
      {421000000},
      {{7, {209715200}, {200}, 1048576, "feed_read_buffer (feed.cc:80)"},
       {8, {209715200}, {200}, 1048576, "feed_write_buffer (feed.cc:84)"}}};
  record.judgement =
      judgement(Outcome::kLeak,
                "each open connection holds 2.0 MiB of the heap where 64.0 KiB "
                "are allowed: 1.0 MiB in 1 block at feed_read_buffer "
                "(feed.cc:80), 1.0 MiB in 1 block at feed_write_buffer "
                "(feed.cc:84); 2.0 MiB × 200 connections = 400.0 MiB of 401.5 "
                "MiB, 1.5 MiB unexplained");
  Finding peak;
  peak.kind = FindingClass::kLeak;
  peak.fails = true;
  peak.unit = "open connection";
  peak.rate.bytes_per_connection = 2105000;
  peak.rate.bytes_per_unit = 2105000;
  peak.sites = {7, 8};
  peak.explanation = record.judgement->reason;
  record.judgement->findings = {peak};
  return record;
}

// Text that would colour the terminal, end an XML element or be no UTF-8.
inline RunRecord hostile() {
  RunRecord record = leak();
  record.scenario_name = "\033[2J<b>&\"name\"\u202E\xff";
  SiteRecord& site = record.sites[0];
  site.frames[2].function =
      "evil<" + std::string(300, 'x') + ">::]]>(\033]0;owned\a)";
  site.frames[2].file = "/a/" + std::string(200, 'p') + "\n/room.cc";
  site.frames[3].function = "((((<<<{{{operator";
  record.connections.reasons = {{"\r\x1b[31mred\xc3", {1}},
                                {std::string("nul\0byte", 8), {2}}};
  record.judgement->reason = "reason\nwith\x85 C1 and \uFFFE";
  record.judgement->findings[0].explanation = "]]><failure/>\b";
  record.judgement->findings[0].unit = "\033connection";
  StandInRecord standin;
  standin.name = "\033]0;feed\a";
  standin.counts.open = {1};
  standin.counts.troubles = {{"\x1b[2Jtrouble", {1}}};
  standin.stayed = {
      {{1}, "GET /\r\n\x1b[31m" + std::string(300, 'g'), {}, {}, {}}};
  record.standins = {standin};
  record.connections.answers = {{"\033way", {{"\r\aanswer", {1}}}}};
  return record;
}

}  // namespace tidemark::samples
