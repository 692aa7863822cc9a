// The sections of a scenario file, one function each. Absent fields keep what
// the struct holds already, which is the default.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "harness/scenario/address.h"
#include "harness/scenario/fields.h"
#include "tidemark/factors.h"
#include "tidemark/load_words.h"
#include "tidemark/scenario.h"

namespace tidemark {

using VariableList = std::vector<std::string>;

void read_target(Section section, TargetSpec& target,
                 const VariableList& variables);
// Of `target`, for a Go service.
void read_pprof(Section section, PprofAccess& access,
                const VariableList& variables);
// `cycles` and `expect` are nodes because both may be more than a map.
void read_cycles(const Node& node, CycleSpec& cycles, Diagnostics& problems);
// Once the flows are known: the levels that `auto` stands for, and whether the
// flows can have those that were written. `cycles`: null if there is none.
void settle_factors(Scenario& scenario, const Node* cycles,
                    Diagnostics& problems);
void read_expect(Section section, Expectations& expect);
void read_thresholds(const Node& node, std::vector<ThresholdSpec>& thresholds,
                     Diagnostics& problems);
void read_standins(const Node& node, std::vector<StandInSpec>& standins,
                   const LoadWords& words, Diagnostics& problems);

// What the fields of one flow depend on. Where a file leaves the engine or
// the address open, nothing is held against its other fields.
struct LoadContext {
  const LoadWords& words;
  VariableList variables;               // the {{ }} of URLs and headers
  const EngineWords* engine = nullptr;  // null: not known
  bool address_known = false;
  bool secure = false;
  bool unix_socket = false;
  Hosts hosts = Hosts::kLoopback;  // that the URL may name

  bool is(Engine wanted) const {
    return engine != nullptr && engine->engine == wanted;
  }
};

// One flow: `load`, or an entry of `flows`.
void read_load(Section section, LoadSpec& load, LoadContext context);

// Its parts. read_engine() goes first: it fills in the rest of the context.
void read_engine(Section& section, LoadSpec& load, LoadContext& context);
void read_send(Section& section, LoadSpec& load, const LoadContext& context);
void read_flow(Section& section, LoadSpec& load, const LoadContext& context);
void read_closes(Section& section, LoadSpec& load, const LoadContext& context);
void read_tls(Section& section, TlsSpec& tls, const LoadContext& context);
void read_socket(Section& section, SocketSpec& socket,
                 const LoadContext& context);
void read_payload(Section& section, std::vector<FeederSpec>& feeders);
void read_stress(Section section, StressSpec& stress);
// `expect` and `capture` of a step; both keys may be absent.
void read_step_expect(Section& section, Expect& expect,
                      const LoadContext& context);
void read_captures(Section& section, std::vector<Capture>& captures,
                   const LoadContext& context);

// `password`: a text that no message and no picture of its line may show.
void read_password(Section& section, std::string& out,
                   const LoadContext& context);
// The two files of a certificate: both or none.
void read_certificate(Section& section, std::string& certificate_file,
                      std::string& key_file);

// The value of `key` if it is there and means something for the flow's
// engine, one of `engines`; a problem if it means nothing.
const Node* find_for(Section& section, std::string_view key,
                     const LoadContext& context,
                     std::initializer_list<Engine> engines);

// Caps, not advice: past them a typing error is likelier than an intention.
inline constexpr std::uint32_t kMaxConnections = 1'000'000;
inline constexpr double kMaxRate = 1e6;  // per second
inline constexpr Bytes kMaxMessageSize{16 << 20};

}  // namespace tidemark
