// Whatever scenario any bytes make, its text makes the same one again.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "harness/scenario/load.h"
#include "harness/scenario/write.h"
#include "tests/unit/harness/scenario/words.h"

namespace {

using tidemark::LoadSpec;
using tidemark::Result;
using tidemark::Scenario;

// What the writer says it leaves out.
Scenario written_part(Scenario scenario) {
  scenario.standins.clear();
  scenario.thresholds.clear();
  for (LoadSpec& flow : scenario.flows) {
    flow.stress.reset();
    LoadSpec plain;
    plain.engine = flow.engine;
    if (!flow.flow.empty()) flow.traffic = plain.traffic;
    const bool answers = flow.engine == tidemark::Engine::kHttp ||
                         flow.engine == tidemark::Engine::kRedis;
    if (!flow.flow.empty() && answers)
      flow.traffic.replies = tidemark::ReplyRule::kAny;
  }
  return scenario;
}

void fail(const char* why, const std::string& text, const std::string& more) {
  std::fprintf(stderr, "%s\n%s\n%s\n", why, text.c_str(), more.c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Result<Scenario> read =
      tidemark::load_scenario("fuzz.yaml", text, tidemark::test_words());
  // A stand-in's port would be a variable that nobody knows.
  if (!read || !read->standins.empty()) return 0;
  const Scenario wanted = written_part(*read);
  const std::string written = tidemark::write_scenario(wanted);
  // It was within the limit of a file; escapes may bring it beyond.
  if (written.size() > 1 << 20) return 0;
  const Result<Scenario> again =
      tidemark::load_scenario("fuzz.yaml", written, tidemark::test_words());
  if (!again)
    fail("what was written cannot be read", written, again.error().message);
  if (*again != wanted)
    fail("something else was read than was written", written,
         tidemark::write_scenario(*again));
  return 0;
}
