#include "harness/runtimes/native/thread_position.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "harness/base/proc_tree.h"
#include "harness/base/text_file.h"

namespace tidemark {
namespace {

constexpr std::size_t kArguments = 6;
constexpr const char* kRegisters[kArguments] = {"rdi", "rsi", "rdx",
                                                "r10", "r8",  "r9"};

// "0x7ffd…" → the number.
std::optional<std::uint64_t> hexadecimal(std::string_view word) {
  if (!word.starts_with("0x")) return std::nullopt;
  std::uint64_t value = 0;
  auto [end, error] =
      std::from_chars(word.data() + 2, word.data() + word.size(), value, 16);
  if (error != std::errc{} || end != word.data() + word.size())
    return std::nullopt;
  return value;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    std::size_t from = text.find_first_not_of(" \n");
    if (from == text.npos) return words;
    text.remove_prefix(from);
    std::size_t to = std::min(text.find_first_of(" \n"), text.size());
    words.push_back(text.substr(0, to));
    text.remove_prefix(to);
  }
}

}  // namespace

const char* argument_register(std::size_t index) {
  return kRegisters[index % kArguments];
}

// "running"; "-1 SP PC" when blocked outside a system call, in a page fault;
// else "NUMBER ARG0 … ARG5 SP PC".
ThreadPosition parse_thread_syscall(std::string_view text) {
  std::vector<std::string_view> words = words_of(text);
  if (words.size() != 3 && words.size() != kArguments + 3) return {};
  ThreadPosition position;
  std::vector<std::uint64_t> numbers;
  for (std::size_t i = 1; i < words.size(); ++i) {
    std::optional<std::uint64_t> number = hexadecimal(words[i]);
    if (!number) return {};
    numbers.push_back(*number);
  }
  position.program_counter = numbers.back();
  numbers.pop_back();
  position.stack_pointer = numbers.back();
  numbers.pop_back();
  position.arguments = std::move(numbers);
  return position;
}

std::vector<ThreadPosition> thread_positions(pid_t pid) {
  std::vector<ThreadPosition> positions;
  std::vector<int> tids = numbered_entries(pid, "task");
  std::sort(tids.begin(), tids.end());
  for (int tid : tids) {
    std::string folder = fmt::format("/proc/{}/task/{}/", pid, tid);
    Result<std::string> name = read_file(folder + "comm");
    if (!name) continue;
    Result<std::string> call = read_file(folder + "syscall");
    ThreadPosition position = parse_thread_syscall(call ? *call : "");
    position.tid = tid;
    position.name = name->substr(0, name->find('\n'));
    positions.push_back(std::move(position));
  }
  return positions;
}

std::vector<ThreadPosition> between(std::vector<ThreadPosition> before,
                                    const std::vector<ThreadPosition>& after) {
  for (const ThreadPosition& later : after) {
    auto known = std::find_if(
        before.begin(), before.end(),
        [&](const ThreadPosition& p) { return p.tid == later.tid; });
    if (known == before.end()) {
      // It may have been made before the copy was: all of its stack counts.
      before.push_back({later.tid, later.name, std::nullopt, 0, {}});
      continue;
    }
    if (!known->stack_pointer || !later.stack_pointer) {
      *known = {later.tid, later.name, std::nullopt, 0, {}};
      continue;
    }
    if (*later.stack_pointer < *known->stack_pointer) {
      known->stack_pointer = later.stack_pointer;
      known->program_counter = later.program_counter;
    }
    if (known->arguments != later.arguments)
      known->arguments.insert(known->arguments.end(), later.arguments.begin(),
                              later.arguments.end());
  }
  std::sort(before.begin(), before.end(),
            [](const ThreadPosition& a, const ThreadPosition& b) {
              return a.tid < b.tid;
            });
  return before;
}

}  // namespace tidemark
