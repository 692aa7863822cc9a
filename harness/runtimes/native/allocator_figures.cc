#include "harness/runtimes/native/allocator_figures.h"

#include <algorithm>
#include <vector>

#include "harness/runtimes/native/agent_requests.h"

namespace tidemark {
namespace {

std::optional<Bytes> told(const std::atomic<std::uint64_t>& figure) {
  std::uint64_t value = figure.load();
  // Beyond all addresses: untold, or damaged.
  if (value >> 47 != 0) return std::nullopt;
  return Bytes{static_cast<std::int64_t>(value)};
}

SizeClasses sizes_of(const agent::Statistics& from, agent::Allocator which) {
  if (which == agent::Allocator::kGlibc) return SizeClasses::glibc();
  std::uint32_t told = std::min(from.sizes_told.load(), agent::kSizeClasses);
  std::vector<std::uint64_t> sizes;
  for (std::uint32_t i = 0; i < told; ++i) sizes.push_back(from.sizes[i]);
  return sizes.empty() ? SizeClasses::exact()
                       : SizeClasses::of(std::move(sizes));
}

}  // namespace

ToldFigures ask_allocator(SegmentReader& segment, Clock& clock,
                          Duration timeout) {
  ToldFigures answer;
  const agent::Header& header = segment.header();
  if (header.agent_tid.load() == 0) return answer;
  std::uint32_t asked = ask_agent(segment, agent::Request::kStatistics);
  if (!wait_for_agent(segment, asked, clock, clock.now() + timeout))
    return answer;
  const agent::Statistics& from = segment.command().statistics;
  AllocatorFigures figures{told(from.held), told(from.in_use), told(from.free),
                           told(from.own)};
  if (figures != AllocatorFigures{}) answer.figures = figures;
  answer.sizes =
      sizes_of(from, static_cast<agent::Allocator>(header.allocator.load()));
  return answer;
}

void add_figures(std::optional<AllocatorFigures>& sum,
                 const std::optional<AllocatorFigures>& more) {
  if (!more || !sum) {
    sum.reset();
    return;
  }
  auto add = [](std::optional<Bytes>& to, const std::optional<Bytes>& what) {
    if (to && what)
      *to += *what;
    else
      to.reset();
  };
  add(sum->held, more->held);
  add(sum->in_use, more->in_use);
  add(sum->free, more->free);
  add(sum->own, more->own);
}

}  // namespace tidemark
