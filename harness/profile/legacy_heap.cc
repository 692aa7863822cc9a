#include "harness/profile/legacy_heap.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include "harness/profile/allocator_frames.h"
#include "harness/profile/memory_map_text.h"
#include "harness/profile/text_scanner.h"
#include "harness/profile/unsample.h"

namespace tidemark {
namespace {

constexpr std::string_view kHeapProfile = "heap profile:";
constexpr std::string_view kJemalloc = "heap_v2/";

// What stands before the stacks.
struct Header {
  bool sampled = false;
  std::int64_t rate = 0;
  bool has_allocated = false;
};

// "1: 9216 [1: 9216]"
struct Amounts {
  SampledBlocks in_use;
  SampledBlocks allocated;
};

bool read_amounts(TextScanner& scan, Amounts& amounts) {
  return scan.number(amounts.in_use.count) && scan.word(":") &&
         scan.number(amounts.in_use.bytes) && scan.word("[") &&
         scan.number(amounts.allocated.count) && scan.word(":") &&
         scan.number(amounts.allocated.bytes) && scan.word("]");
}

bool is_comment(std::string_view line) {
  return line.empty() || line.front() == '#';
}

std::optional<Header> read_header(std::string_view line) {
  const std::size_t at = line.find(kHeapProfile);
  if (at == std::string_view::npos) return std::nullopt;
  TextScanner scan(line.substr(at + kHeapProfile.size()));
  Amounts sums;
  if (!read_amounts(scan, sums) || !scan.word("@")) return std::nullopt;
  const std::string_view token = scan.token();
  const std::size_t slash = std::min(token.find('/'), token.size());
  const std::string_view kind = token.substr(0, slash);
  Header header;
  if (kind.starts_with("growth") || kind.starts_with("fragmentation")) {
    header.rate = 1;
    return header;
  }
  if (slash < token.size())
    if (!TextScanner(token.substr(slash + 1)).number(header.rate))
      header.rate = 0;
  const auto more = [](std::int64_t allocated, std::int64_t in_use) {
    return allocated != in_use && allocated != 0;
  };
  header.has_allocated = more(sums.allocated.count, sums.in_use.count) ||
                         more(sums.allocated.bytes, sums.in_use.bytes);
  if (kind == "heapz_v2" || kind == "heap_v2") {
    header.sampled = true;
  } else if (kind == "heap") {
    header.sampled = true;
    header.rate /= 2;
  } else if (kind == "heapprofile") {
    header.rate = 1;
  } else {
    return std::nullopt;
  }
  return header;
}

Result<std::vector<std::uint64_t>> read_stack(std::string_view text) {
  std::vector<std::uint64_t> stack;
  TextScanner scan(text);
  for (std::string_view token = scan.token(); !token.empty();
       token = scan.token()) {
    std::uint64_t address = 0;
    TextScanner digits(token);
    if (!digits.word("0x") || !digits.hex(address) || !digits.rest().empty())
      return fail(ErrorKind::kUsage,
                  fmt::format("\"{}\" is no address of 64 bits", token), "");
    // The call, not where it returns to.
    stack.push_back(address - 1);
  }
  return stack;
}

class HeapMaker {
 public:
  explicit HeapMaker(const Header& header) : header_(header) {
    if (header.has_allocated) {
      profile_.types = {{"alloc_objects", "count"},
                        {"alloc_space", "bytes"},
                        {"inuse_objects", "count"},
                        {"inuse_space", "bytes"}};
    } else {
      profile_.types = {{"objects", "count"}, {"space", "bytes"}};
    }
    profile_.period_type = {"space", "bytes"};
    profile_.period = header.rate;
    profile_.drop_frames = kAllocatorFrames;
    profile_.keep_frames = kAllocatorFramesKept;
  }

  Status add(const Amounts& amounts, const std::vector<std::uint64_t>& stack) {
    ProfileSample sample;
    std::int64_t size = 0;
    if (header_.has_allocated)
      TIDEMARK_TRY(add_values(amounts.allocated, sample, size));
    TIDEMARK_TRY(add_values(amounts.in_use, sample, size));
    for (const std::uint64_t address : stack)
      sample.stack.push_back(location(address));
    if (size != 0) {
      ProfileLabel bytes;
      bytes.key = "bytes";
      bytes.is_number = true;
      bytes.number = size;
      sample.labels.push_back(bytes);
    }
    profile_.samples.push_back(std::move(sample));
    return {};
  }

  Profile finish(std::string_view memory_map) {
    add_memory_map(memory_map, profile_);
    return std::move(profile_);
  }

 private:
  Status add_values(SampledBlocks blocks, ProfileSample& sample,
                    std::int64_t& size) const {
    if (blocks.count == 0 && blocks.bytes != 0)
      return fail(ErrorKind::kUsage,
                  fmt::format("no blocks have {} bytes", blocks.bytes), "");
    // By −1 not every number can be divided.
    if (blocks.count == -1)
      size = negated(blocks.bytes);
    else if (blocks.count != 0)
      size = blocks.bytes / blocks.count;
    if (header_.sampled) blocks = unsampled(blocks, header_.rate);
    sample.values.push_back(blocks.count);
    sample.values.push_back(blocks.bytes);
    return {};
  }

  std::size_t location(std::uint64_t address) {
    const auto [known, fresh] =
        locations_.try_emplace(address, profile_.locations.size());
    if (fresh) {
      ProfileLocation made;
      made.address = address;
      profile_.locations.push_back(made);
    }
    return known->second;
  }

  Header header_;
  Profile profile_;
  std::unordered_map<std::uint64_t, std::size_t> locations_;
};

Result<Profile> wrong(std::size_t number, std::string_view line,
                      std::string_view why) {
  constexpr std::size_t kShown = 60;
  return fail(
      ErrorKind::kUsage,
      fmt::format("line {}, \"{}\": {}", number, line.substr(0, kShown), why),
      "");
}

// The rest behind the samples, up to the memory map's first line.
std::string_view memory_map_of(std::string_view text) {
  while (!text.empty())
    if (begins_memory_map(next_line(text))) return text;
  return {};
}

Result<Profile> read_samples(const Header& header, std::string_view text) {
  HeapMaker maker(header);
  std::size_t number = 1;
  while (!text.empty()) {
    const std::string_view here = text;
    const std::string_view line = trimmed(next_line(text));
    ++number;
    if (begins_memory_map(line)) return maker.finish(memory_map_of(here));
    if (is_comment(line)) continue;
    TextScanner scan(line);
    Amounts amounts;
    if (!read_amounts(scan, amounts) || !scan.word("@"))
      return wrong(number, line, "wanted `blocks: bytes [blocks: bytes] @ …`");
    const Result<std::vector<std::uint64_t>> stack = read_stack(scan.rest());
    if (!stack) return wrong(number, line, stack.error().message);
    if (const Status added = maker.add(amounts, *stack); !added)
      return wrong(number, line, added.error().message);
  }
  return maker.finish({});
}

// jemalloc's: a stack, then what each thread and all of them have of it.
Result<Profile> read_jemalloc(std::string_view text) {
  Header header;
  header.sampled = true;
  TextScanner first(trimmed(next_line(text)));
  if (!first.word(kJemalloc) || !first.number(header.rate))
    return wrong(1, first.rest(), "wanted the bytes between two samples");
  std::vector<std::pair<Amounts, std::vector<std::uint64_t>>> samples;
  std::optional<std::vector<std::uint64_t>> stack;
  std::size_t number = 1;
  std::string_view memory_map;
  while (!text.empty()) {
    const std::string_view here = text;
    const std::string_view line = trimmed(next_line(text));
    ++number;
    if (begins_memory_map(line)) {
      memory_map = memory_map_of(here);
      break;
    }
    TextScanner scan(line);
    if (scan.word("@")) {
      Result<std::vector<std::uint64_t>> read = read_stack(scan.rest());
      if (!read) return wrong(number, line, read.error().message);
      stack = *std::move(read);
    } else if (stack && scan.word("t*:")) {
      Amounts amounts;
      if (!read_amounts(scan, amounts))
        return wrong(number, line,
                     "wanted `t*: blocks: bytes [blocks: bytes]`");
      header.has_allocated |= amounts.allocated.count != 0;
      samples.emplace_back(amounts, *std::exchange(stack, std::nullopt));
    }
  }
  HeapMaker maker(header);
  for (const auto& [amounts, addresses] : samples)
    TIDEMARK_TRY(maker.add(amounts, addresses));
  return maker.finish(memory_map);
}

}  // namespace

bool looks_like_legacy_heap(std::string_view text) {
  const std::string_view first = next_line(text);
  return trimmed(first).starts_with(kJemalloc) ||
         first.find(kHeapProfile) != std::string_view::npos;
}

Result<Profile> read_legacy_heap(std::string_view text) {
  if (trimmed(text).starts_with(kJemalloc)) return read_jemalloc(text);
  const std::string_view first = next_line(text);
  const std::optional<Header> header = read_header(first);
  if (!header)
    return wrong(1, first,
                 "wanted `heap profile: … @ heapz_v2/RATE`, heap_v2, heap, "
                 "heapprofile, growth or fragmentation");
  return read_samples(*header, text);
}

}  // namespace tidemark
