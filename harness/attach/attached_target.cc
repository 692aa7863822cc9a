#include "harness/attach/attached_target.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include "harness/attach/attachable.h"
#include "harness/attach/loaded_agent.h"
#include "harness/base/proc_tree.h"

namespace tidemark {
namespace {

// The agent leaves by itself when tidemark has gone, which it can see where
// our number means the same to it.
std::string whose_end(pid_t pid) {
  std::error_code ours, its;
  const auto here = std::filesystem::read_symlink("/proc/self/ns/pid", ours);
  const auto there =
      std::filesystem::read_symlink(fmt::format("/proc/{}/ns/pid", pid), its);
  if (ours || its || here != there) return {};
  return fmt::format("harness={}", ::getpid());
}

// Processes may be forked while the others are left.
constexpr int kRounds = 5;

class AttachedTarget final : public Target {
 public:
  explicit AttachedTarget(AttachOptions options)
      : options_(std::move(options)) {}
  ~AttachedTarget() override { stop(); }

  Status start() override;
  std::vector<pid_t> processes() const override;
  std::optional<ServiceExit> exited() override;
  ServiceExit stop() override;
  std::vector<std::string> last_output() const override { return {}; }
  std::vector<std::string> left_behind() const override { return left_; }

 private:
  Status check(pid_t pid) const;
  Status load(pid_t pid) const;
  bool leave();

  AttachOptions options_;
  std::uint64_t start_time_ = 0;
  bool started_ = false;
  std::vector<std::string> left_;
  std::set<pid_t> given_up_;
};

Status AttachedTarget::check(pid_t pid) const {
  if (options_.library.empty()) return {};
  return attach::check_attachable(attach::attach_facts(pid, options_.library));
}

Status AttachedTarget::load(pid_t pid) const {
  if (options_.library.empty()) return {};
  return attach::load_agent(pid, options_.library,
                            options_.words + whose_end(pid));
}

Status AttachedTarget::start() {
  const std::optional<ProcessEntry> entry = process_entry(options_.pid);
  if (!entry) {
    // For its words.
    return attach::check_attachable(
        attach::attach_facts(options_.pid, options_.library));
  }
  start_time_ = entry->start_time;
  TIDEMARK_TRY(check(options_.pid));
  // From here on there may be something of ours to be taken out again.
  started_ = true;
  TIDEMARK_TRY(load(options_.pid));
  for (const pid_t pid : processes()) {
    // One that was forked a moment ago has it from its parent.
    if (pid != options_.pid && !attach::has_agent(pid, options_.library))
      if (check(pid)) (void)load(pid);
  }
  return {};
}

std::vector<pid_t> AttachedTarget::processes() const {
  std::vector<pid_t> pids;
  const std::vector<ProcessEntry> all = list_processes();
  std::vector<pid_t> family = descendants(all, options_.pid);
  family.insert(family.begin(), options_.pid);
  // tidemark itself may have been started by the service.
  std::set<pid_t> own{::getpid()};
  for (const pid_t pid : descendants(all, ::getpid())) own.insert(pid);
  for (const pid_t pid : family) {
    const auto entry =
        std::find_if(all.begin(), all.end(),
                     [pid](const ProcessEntry& e) { return e.pid == pid; });
    if (entry == all.end() || entry->dead() || own.contains(pid)) continue;
    if (pid == options_.pid && entry->start_time != start_time_) return {};
    pids.push_back(pid);
  }
  return pids;
}

// How it ended is told to its parent alone.
std::optional<ServiceExit> AttachedTarget::exited() {
  if (start_time_ == 0) return std::nullopt;
  const std::optional<ProcessEntry> entry = process_entry(options_.pid);
  if (entry && !entry->dead() && entry->start_time == start_time_)
    return std::nullopt;
  return ServiceExit{};
}

// True if no process has the agent any more.
bool AttachedTarget::leave() {
  bool all = true;
  for (const pid_t pid : processes()) {
    if (given_up_.contains(pid) || !attach::has_agent(pid, options_.library))
      continue;
    const Status left = attach::unload_agent(pid, options_.library);
    if (left || !process_entry(pid)) continue;
    all = false;
    given_up_.insert(pid);
    left_.push_back(left.error().message);
  }
  return all;
}

ServiceExit AttachedTarget::stop() {
  if (!started_) return {};
  started_ = false;
  if (options_.library.empty()) return {};
  for (int round = 0; round < kRounds; ++round) {
    const bool all = leave();
    const std::vector<pid_t> now = processes();
    const bool clean = std::none_of(now.begin(), now.end(), [&](pid_t pid) {
      return !given_up_.contains(pid) &&
             attach::has_agent(pid, options_.library);
    });
    if (all && clean) break;
  }
  return {};
}

}  // namespace

std::unique_ptr<Target> make_attached_target(AttachOptions options) {
  return std::make_unique<AttachedTarget>(std::move(options));
}

}  // namespace tidemark
