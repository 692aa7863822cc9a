// Bytes of services read as replies, bytes of clients read as commands:
// nothing may crash, grow without end, or depend on where the bytes are cut.
//
// The first byte chooses: bit 0 commands instead of replies, bit 1 whether
// texts are kept; the rest of it seeds the cuts.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/common/random.h"
#include "drivers/redis/command_reader.h"
#include "drivers/redis/resp.h"
#include "drivers/redis/responder.h"
#include "tests/support/late_answers.h"

namespace {

using namespace tidemark;
using namespace tidemark::redis;

// Reads replies and writes down all that is said about them. False: broken.
class Replies {
 public:
  explicit Replies(bool keep) : keep_(keep) {}

  bool feed(std::string_view part, std::string& story) {
    while (true) {
      const RespRead read = reader_.next(part, keep_);
      if (read.kind == RespRead::Kind::kMore) return true;
      story += std::string(read.value.text) + "\n";
      if (read.kind == RespRead::Kind::kBroken) return false;
      if (keep_ &&
          read.value.size != static_cast<std::int64_t>(read.value.text.size()))
        std::abort();  // nothing here is longer than what is kept
      story += read.value.type;
      story += std::to_string(read.value.size) + ":" +
               std::to_string(read.value.number) + ":";
      story += read.value.first.view();
    }
  }

 private:
  RespReader reader_;
  bool keep_;
};

// A stand-in, and all that it is told and says.
class Commands {
 public:
  bool feed(std::string_view part, std::string& story) {
    standin_.take(part);
    for (const std::string& title : standin_.titles)
      if (title.size() > 60) std::abort();
    story = standin_.story + standin_.wire;
    return standin_.open;
  }

 private:
  LateAnswers standin_{make_redis_responder({})};
};

template <class Reader>
void compare(std::string_view bytes, std::uint64_t seed, Reader& whole_reader,
             Reader& pieces_reader) {
  std::string whole;
  whole_reader.feed(bytes, whole);
  std::string pieces;
  Random random(seed);
  std::string_view rest = bytes;
  bool good = true;
  while (good && !rest.empty()) {
    const std::size_t most = rest.size() < 8 ? rest.size() : 8;
    const std::size_t count =
        1 + random.below(static_cast<std::uint32_t>(most));
    // A copy of exactly this size, so that a read past its end is seen.
    const std::vector<char> part(rest.begin(),
                                 rest.begin() + static_cast<long>(count));
    good = pieces_reader.feed({part.data(), part.size()}, pieces);
    rest.remove_prefix(count);
  }
  if (whole != pieces) std::abort();  // it matters where the bytes are cut
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1),
                               size - 1);
  if ((data[0] & 1) != 0) {
    Commands whole;
    Commands pieces;
    compare(bytes, data[0] >> 2, whole, pieces);
  } else {
    Replies whole((data[0] & 2) != 0);
    Replies pieces((data[0] & 2) != 0);
    compare(bytes, data[0] >> 2, whole, pieces);
  }
  return 0;
}
