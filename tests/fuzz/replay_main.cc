// Feeds a fuzzer the files of its corpus and deterministic mutations of them:
// the part of fuzzing that belongs into every build.
//
//   NAME_fuzz_replay CORPUS [--from N] [--count N]
//
// Mutation N is the same on every machine and does not depend on the others,
// so a crash is reproduced alone; the command for it is printed.
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size);
// Sanitizers end the process without a signal; this is their last word.
extern "C" void __sanitizer_set_death_callback(void (*)())
    __attribute__((weak));

namespace {

using Input = std::vector<std::uint8_t>;

constexpr std::uint64_t kMutations = 20'000;
constexpr std::size_t kLongest = 1 << 16;  // splices must not grow for ever

// What is being fed, as a ready line: a signal handler may only write().
char g_reproduce[1024];

void say_how_to_reproduce() {
  const ssize_t written =
      write(STDERR_FILENO, g_reproduce, std::strlen(g_reproduce));
  static_cast<void>(written);
}

void on_signal(int signal) {
  say_how_to_reproduce();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

class Xorshift {
 public:
  explicit Xorshift(std::uint64_t seed) {
    // splitmix64: neighbouring seeds must not give neighbouring numbers.
    seed += 0x9E3779B97F4A7C15u;
    seed = (seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9u;
    seed = (seed ^ (seed >> 27)) * 0x94D049BB133111EBu;
    state_ = (seed ^ (seed >> 31)) | 1;
  }

  // 0 to below - 1. REQUIRES: below > 0.
  std::size_t below(std::size_t below) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return static_cast<std::size_t>(state_ % below);
  }

 private:
  std::uint64_t state_;
};

void splice(Input& input, const Input& other, Xorshift& random) {
  if (other.empty()) return;
  const std::size_t from = random.below(other.size());
  const std::size_t length = 1 + random.below(other.size() - from);
  const std::size_t at = random.below(input.size() + 1);
  const auto first = other.begin() + static_cast<std::ptrdiff_t>(from);
  input.insert(input.begin() + static_cast<std::ptrdiff_t>(at), first,
               first + static_cast<std::ptrdiff_t>(length));
}

void mutate_once(Input& input, const std::vector<Input>& corpus,
                 Xorshift& random) {
  const std::size_t kind = random.below(6);
  if (kind == 0 || input.empty()) {
    splice(input, corpus[random.below(corpus.size())], random);
    return;
  }
  const std::size_t at = random.below(input.size());
  const auto here = input.begin() + static_cast<std::ptrdiff_t>(at);
  const std::size_t length =
      1 + random.below(std::min<std::size_t>(input.size() - at, 16));
  const auto end = here + static_cast<std::ptrdiff_t>(length);
  switch (kind) {
    case 1:
      *here ^= static_cast<std::uint8_t>(1u << random.below(8));
      break;
    case 2:
      *here = static_cast<std::uint8_t>(random.below(256));
      break;
    case 3:
      input.resize(at);
      break;
    case 4:
      input.erase(here, end);
      break;
    default: {
      const Input piece(here, end);  // doubled: `[[`, two keys, long numbers
      input.insert(end, piece.begin(), piece.end());
    }
  }
}

Input mutation(const std::vector<Input>& corpus, std::uint64_t number) {
  Xorshift random(number);
  Input input = corpus[random.below(corpus.size())];
  const std::size_t steps = 1 + random.below(8);
  for (std::size_t i = 0; i < steps; ++i) mutate_once(input, corpus, random);
  if (input.size() > kLongest) input.resize(kLongest);
  return input;
}

std::vector<std::filesystem::path> files_of(const char* folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());  // the order on disk is anybody's
  return files;
}

// A copy of exactly this size on the heap, so that AddressSanitizer sees a
// read past the end.
void feed(const Input& input) {
  std::vector<std::uint8_t> exact(input.begin(), input.end());
  exact.shrink_to_fit();
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s CORPUS [--from N] [--count N]\n", argv[0]);
    return 3;
  }
  std::uint64_t from = 0;
  std::uint64_t count = kMutations;
  for (int i = 2; i + 1 < argc; i += 2) {
    const std::uint64_t value = std::strtoull(argv[i + 1], nullptr, 10);
    if (std::strcmp(argv[i], "--from") == 0) from = value;
    if (std::strcmp(argv[i], "--count") == 0) count = value;
  }
  for (int signal : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL})
    if (__sanitizer_set_death_callback == nullptr)
      std::signal(signal, on_signal);
  if (__sanitizer_set_death_callback != nullptr)
    __sanitizer_set_death_callback(say_how_to_reproduce);

  std::vector<Input> corpus;
  for (const std::filesystem::path& path : files_of(argv[1])) {
    std::ifstream file(path, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(file),
                        std::istreambuf_iterator<char>());
    std::snprintf(g_reproduce, sizeof g_reproduce,
                  "fuzz_replay: died of the file %s\n", path.c_str());
    feed(corpus.back());
  }
  if (corpus.empty()) {
    std::fprintf(stderr, "fuzz_replay: no files in %s\n", argv[1]);
    return 3;
  }
  for (std::uint64_t number = from; number < from + count; ++number) {
    std::snprintf(g_reproduce, sizeof g_reproduce,
                  "fuzz_replay: reproduce with %s %s --from %llu --count 1\n",
                  argv[0], argv[1], static_cast<unsigned long long>(number));
    feed(mutation(corpus, number));
  }
  std::printf("fuzz_replay: %zu files and %llu mutations, no crash\n",
              corpus.size(), static_cast<unsigned long long>(count));
  return 0;
}
