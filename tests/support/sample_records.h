// Run records as reports meet them: a leak, a pass, a doubt, an early end, and
// one whose text is hostile.
#pragma once

#include "tidemark/run_record.h"

namespace tidemark {

inline RunRecord clean_record() {
  RunRecord record;
  record.tidemark_version = "0.1.0";
  record.scenario_path = "chat.yaml";
  record.scenario_name = "chat";
  record.started_at = "2026-01-02T03:04:05Z";
  record.partial = false;
  record.took = std::chrono::milliseconds(3210);
  record.service.command = {"./chat", "--port=1234"};
  record.service.pid = 77;
  record.service.allocator = "glibc";
  record.service.exit = ServiceExit{0, {}, false};
  record.connections.attempted = {1250};
  record.connections.opened = {1250};
  record.connections.closed = {
      {"graceful", {625}}, {"reset", {313}}, {"fin", {312}}};
  for (std::uint32_t i = 1; i <= 3; ++i) {
    CycleFacts cycle;
    cycle.index = {i};
    cycle.kind = i == 1 ? CycleKind::kWarmup : CycleKind::kLoaded;
    cycle.load.opened = {100};
    record.cycles.push_back(cycle);
    KernelSample sample;
    sample.cycle = {i};
    sample.moment = i == 1 ? "baseline" : "settled";
    sample.pss = {2 << 20};
    sample.fds.files = {9};
    sample.threads = {1};
    sample.sockets["LISTEN"] = {1};
    record.kernel.push_back(sample);
  }
  MemoryAccount account;
  account.cycle = {3};
  account.moment = "settled";
  account.pss = {3000000};
  account.live = {233724};
  account.mappings = {2097152};
  account.mappings_by_module = {{"/usr/bin/python3", {2097152}}};
  account.free = {600000};
  account.unexplained = {69124};
  record.memory = {account};
  Judgement judgement;
  judgement.outcome = Outcome::kPass;
  judgement.reason = "nothing stays behind 750 connections";
  judgement.limit = {3.584, 0.016, {750}};
  record.judgement = judgement;
  return record;
}

inline SiteRecord sample_site() {
  SiteRecord site;
  site.id = 5;
  site.size = {80};
  site.zoomed = true;
  site.frames = {
      {"std::__cxx11::basic_string<char, std::char_traits<char>, "
       "std::allocator<char> >::_M_create(unsigned long&, unsigned long)",
       "/usr/include/c++/12/bits/basic_string.tcc", 155, "/srv/chat", true,
       true},
      {"(anonymous namespace)::chat_join(unsigned long)", "src/chat.cc", 39,
       "/srv/chat", false, false},
      {"main", "src/chat.cc", 63, "/srv/chat", false, false}};
  return site;
}

inline SiteRecord node_site() {
  SiteRecord site = sample_site();
  site.id = 6;
  site.size = {30};
  site.frames[0].function = "std::__detail::_Hash_node::allocate()";
  site.frames[1].line = 41;
  return site;
}

inline RunRecord leak_record() {
  RunRecord record = clean_record();
  Finding finding;
  finding.kind = FindingClass::kLeak;
  finding.fails = true;
  finding.unit = "abnormal close";
  finding.rate = {55, 1, 110, 2, true, 55, 55};
  finding.sites = {5};
  finding.rings = {{{2}, {100}, {5500}, {100}}, {{3}, {100}, {5500}, {100}}};
  finding.residue = {11000};
  finding.objects = {200};
  finding.explanation = "every one of 2 loaded cycles left exactly 2 blocks";
  finding.fingerprint = "00c0ffee00c0ffee";
  Retention retention;
  RetainingPath path;
  path.root_name = "g_rooms (chat.cc)";
  path.holders = {{6, {30}, 8, false, "std::unordered_map node", "", 1},
                  {5, {80}, 16, false, "", "", 1}};
  path.objects = {190};
  path.bytes = {10500};
  path.retained = {10500};
  path.share = 10500;
  retention.objects = {200};
  retention.bytes = {11000};
  retention.paths = {path};
  retention.unreachable = {10};
  retention.unreachable_bytes = {500};
  finding.retention = retention;
  finding.sites = {5, 6};
  finding.members = {{80, 1, {8000}, {100}, {{5, {8000}, {100}}}},
                     {30, 1, {3000}, {100}, {{6, {3000}, {100}}}}};
  Finding bounded;
  bounded.kind = FindingClass::kBounded;
  bounded.unit = "connection";
  bounded.residue = {4096};
  bounded.objects = {1};
  bounded.explanation = "1 block in all";
  record.judgement->outcome = Outcome::kLeak;
  record.judgement->reason = "the service keeps 110 B for every abnormal close";
  record.judgement->findings = {finding, bounded};
  record.sites = {sample_site(), node_site()};
  return record;
}

// The leak, known and allowed; a rule that is out of date beside it.
inline RunRecord suppressed_record() {
  RunRecord record = leak_record();
  Finding& finding = record.judgement->findings.front();
  finding.fails = false;
  finding.suppressed =
      Suppressed{"known.yaml:3", "library", "https://bugs.example/7",
                 "chat-team", "2027-01-31"};
  record.judgement->outcome = Outcome::kPass;
  record.judgement->reason = "nothing stays behind that is not suppressed";
  record.suppressions = {{"known.yaml:3",
                          "fingerprint 00c0ffee00c0ffee",
                          "library",
                          "chat-team",
                          {1},
                          {200},
                          {11000},
                          ""},
                         {"known.yaml:9",
                          "frames main",
                          "cache",
                          "",
                          {},
                          {},
                          {},
                          "expired on 2025-12-31"}};
  return record;
}

inline RunRecord doubtful_record() {
  RunRecord record = clean_record();
  record.judgement->outcome = Outcome::kInconclusive;
  record.judgement->reason = "about 3,000 connections would decide it";
  return record;
}

inline RunRecord crashed_record() {
  RunRecord record = clean_record();
  record.partial = true;
  record.judgement.reset();
  record.memory.clear();
  record.error = Error{ErrorKind::kEnvironment,
                       "the service died during the run: it was killed by "
                       "signal 11\n  last words",
                       "its last output is in the record"};
  record.service.exit = ServiceExit{{}, 11, false};
  record.post_mortem = {{5, {300}, {24000}}};
  record.sites = {sample_site()};
  return record;
}

// Everything a service could put into our output.
inline RunRecord hostile_record() {
  RunRecord record = crashed_record();
  record.scenario_name = "<name> & \"quotes\" ]]>";
  record.error->message = "bell \a, escape \033[31m, <tag>, & and \"";
  record.connections.reasons["</failure><script>"] = {3};
  return record;
}

}  // namespace tidemark
