#include "harness/runtimes/jvm/object_layout.h"

#include <algorithm>
#include <utility>

namespace tidemark::jvm {
namespace {

constexpr LayoutRules kRules[] = {
    {12, 4, 16, 16, true},   // the default of heaps below 32 GiB
    {12, 8, 16, 16, true},   // larger heaps
    {12, 4, 16, 16, false},  // the same before 15
    {16, 8, 24, 24, false},  // no compressed class pointers either
    {16, 8, 24, 24, true},  {16, 8, 20, 24, true},  // from 23 on
    {8, 4, 12, 16, true},  // compact headers, from 24 on
    {8, 8, 12, 16, true},   {8, 4, 12, 16, false},  // 32 bits
};

// The smallest gap that has room for it, else the end.
void place(FieldLayout& layout, std::uint32_t size) {
  FieldLayout::Gap* best = nullptr;
  for (FieldLayout::Gap& gap : layout.gaps) {
    const std::uint64_t lost = aligned(gap.offset, size) - gap.offset;
    if (lost + size <= gap.bytes && (!best || gap.bytes < best->bytes))
      best = &gap;
  }
  if (!best) {
    const std::uint64_t at = aligned(layout.end, size);
    if (at > layout.end)
      layout.gaps.push_back({static_cast<std::uint32_t>(layout.end),
                             static_cast<std::uint32_t>(at - layout.end)});
    layout.end = at + size;
    return;
  }
  const FieldLayout::Gap gap = *best;
  const std::uint32_t at =
      static_cast<std::uint32_t>(aligned(gap.offset, size));
  layout.gaps.erase(layout.gaps.begin() + (best - layout.gaps.data()));
  if (at > gap.offset) layout.gaps.push_back({gap.offset, at - gap.offset});
  const std::uint32_t behind = gap.offset + gap.bytes - (at + size);
  if (behind > 0) layout.gaps.push_back({at + size, behind});
}

// Many of one size: once no gap has room, all go to the end.
void place_all(FieldLayout& layout, std::uint32_t count, std::uint32_t size) {
  for (; count > 0; --count) {
    const std::uint64_t before = layout.end;
    place(layout, size);
    if (layout.end == before) continue;
    layout.end += std::uint64_t{count - 1} * size;
    return;
  }
}

}  // namespace

std::span<const LayoutRules> all_layout_rules() { return kRules; }

FieldLayout layout_of_object(const LayoutRules& rules) {
  return {rules.header, {}};
}

FieldLayout with_fields(FieldLayout super, const FieldCounts& fields,
                        const LayoutRules& rules) {
  FieldLayout layout = std::move(super);
  if (!rules.fills_gaps_of_supers) {
    layout.gaps.clear();
    layout.end =
        rules.header + aligned(layout.end - rules.header, rules.reference);
  }
  place_all(layout, fields.wide, 8);
  place_all(layout, fields.words, 4);
  place_all(layout, fields.halves, 2);
  place_all(layout, fields.bytes, 1);
  place_all(layout, fields.references, rules.reference);
  return layout;
}

std::uint64_t array_bytes(const LayoutRules& rules, std::uint64_t count,
                          std::uint32_t element, std::uint64_t alignment) {
  const std::uint32_t header =
      element == 8 ? rules.wide_array_header : rules.array_header;
  return aligned(header + count * element, alignment);
}

}  // namespace tidemark::jvm
