#include "harness/report/retention_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/report/names.h"
#include "harness/report/site_text.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

std::string count_text(Count objects, Bytes bytes, std::int64_t all,
                       const std::string& noun) {
  if (objects.value == all)
    return fmt::format("all {}, {}", plural(double(all), noun),
                       bytes_text(bytes));
  return fmt::format("{} of {}, {}", number_text(objects),
                     plural(double(all), noun), bytes_text(bytes));
}

bool is_class(const SiteRecord* site) {
  return site != nullptr && site->kind == MemoryKind::kClass;
}

class WayPrinter {
 public:
  WayPrinter(const RunRecord& record, std::size_t finding,
             std::size_t most_lines, std::size_t indent, std::size_t width)
      : record_(record),
        finding_(finding),
        most_(most_lines),
        indent_(indent),
        width_(width) {}

  std::string print(const Retention& retention) {
    all_ = retention.objects.value;
    noun_ = noun_of(record_, retention);
    for (const Branch& root : way_tree(record_, retention)) print_root(root);
    if (left_out_.value > 0)
      line(0, fmt::format("{} in other ways: `tidemark tree --finding {}` "
                          "shows them",
                          plural(double(left_out_.value), "more " + noun_),
                          finding_));
    if (const Unkept rest = unkept(retention); rest.objects.value > 0)
      line(0, unkept_text(rest, noun_));
    if (retention.unreachable.value > 0)
      line(0,
           fmt::format("Held by nobody: {}; no pointer to them is left, "
                       "they are lost",
                       count_text(retention.unreachable,
                                  retention.unreachable_bytes, all_, noun_)));
    if (retention.doubtful.value > 0)
      line(0, fmt::format("Of these, {} are held by a stack, a register or "
                          "the allocator alone, which may be a stale word",
                          number_text(retention.doubtful)));
    return text_;
  }

 private:
  void print_root(const Branch& root) {
    // A way is told to its end, or not at all.
    if (lines_ > 0 && lines_ + 2 > most_) {
      left_out_ += root.objects;
      return;
    }
    ++lines_;
    const std::string retained = retained_text(root);
    line(0, fmt::format("Held by {}: {}{}{}", root_text(record_, *root.root),
                        count_text(root.objects, root.bytes, all_, noun_),
                        retained.empty() ? "" : "; ", retained));
    for (const Branch& branch : root.below) print_branch(branch, 2);
  }

  void print_branch(const Branch& branch, std::size_t deep) {
    if (lines_ >= most_) {
      left_out_ += branch.objects;
      return;
    }
    ++lines_;
    const SiteRecord* site = find_site(record_, branch.holder->site);
    std::string what = reference_text(*branch.holder, site);
    if (!what.empty()) what += "  ";
    if (branch.own.value > 1)
      what += fmt::format("{} × ", number_text(branch.own));
    what += holder_text(*branch.holder);
    line(deep, what, site ? holder_place(*branch.holder, *site) : "");
    for (const Branch& below : branch.below) print_branch(below, deep + 2);
  }

  void line(std::size_t deep, const std::string& what,
            const std::string& place = "") {
    const std::size_t margin = indent_ + deep;
    text_ += broken_line(what, place, std::string(margin, ' '),
                         std::string(margin, ' '), width_);
  }

  const RunRecord& record_;
  std::size_t finding_;
  std::size_t most_;
  std::size_t indent_;
  std::size_t width_;
  std::int64_t all_ = 0;
  std::string noun_ = "block";
  std::size_t lines_ = 0;
  Count left_out_;  // of what the record has
  std::string text_;
};

}  // namespace

std::string noun_of(const RunRecord& record, const Retention& retention) {
  if (retention.paths.empty() || retention.paths[0].holders.empty())
    return "block";
  return noun_of(record, find_site(record, retention.paths[0].holders[0].site));
}

std::string reference_text(const Holder& holder, const SiteRecord* site) {
  if (holder.member.starts_with('[')) return holder.member;
  if (!holder.member.empty()) return "." + holder.member;
  if (is_class(site)) return "";
  return fmt::format("+{}", holder.offset);
}

std::string holder_place(const Holder& holder, const SiteRecord& site) {
  const std::string place = short_place_of(site);
  return place == holder.type ? "" : place;
}

std::string holder_text(const Holder& holder) {
  std::string text =
      holder.type.empty()
          ? bytes_text(holder.bytes)
          : fmt::format(
                "{}, {}",
                holder.member.empty() ? short_name(holder.type) : holder.type,
                bytes_text(holder.bytes));
  if (holder.repeated > 1)
    text += fmt::format(
        ", up to {} {}", number_text(holder.repeated),
        holder.type == "std::map or set node" ? "deep" : "in a row");
  if (holder.interior) text += ", into it";
  return text;
}

std::string holder_name(const Holder& holder, const SiteRecord* site) {
  if (site && site->kind == MemoryKind::kClass) return holder.type;
  const Frame* by = site ? guilty_frame(*site) : nullptr;
  return fmt::format("{} by {}", holder.type.empty() ? "block" : holder.type,
                     by ? short_name(by->function) : "an unknown caller");
}

std::string broken_line(const std::string& what, const std::string& place,
                        const std::string& first, const std::string& rest,
                        std::size_t width) {
  std::string text = what;
  if (!place.empty()) {
    const bool fits =
        columns(first) + columns(what) + 2 + columns(place) <= width;
    text += (fits ? "  " : "\n") + place;
  }
  std::string lines;
  const std::size_t room =
      width > columns(first) + 16 ? width - columns(first) : 16;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string part = wrapped(text.substr(at, end - at), 0, room - 4);
    at = end + 1;
    for (std::size_t from = 0; from < part.size();) {
      const std::size_t newline = part.find('\n', from);
      lines += (lines.empty() ? first : rest + "    ") +
               part.substr(from, newline + 1 - from);
      from = newline + 1;
    }
  }
  return lines;
}

std::string root_text(const RunRecord& record, const RetainingPath& path) {
  return root_text(path, path.holders.empty()
                             ? nullptr
                             : find_site(record, path.holders.front().site));
}

std::string root_text(const RetainingPath& path, const SiteRecord* first) {
  if (is_class(first)) return path.root_name;
  switch (path.root) {
    case RootKind::kGlobal:
      return short_name(path.root_name) + ", a global";
    case RootKind::kAllocator:
      return short_name(path.root_name) +
             ", which is the allocator's or the loader's";
    default:
      return path.root_name;  // words, not a symbol
  }
}

std::string retention_text(const RunRecord& record, const Retention& retention,
                           std::size_t finding, std::size_t most_lines,
                           std::size_t indent, std::size_t width) {
  return WayPrinter(record, finding, most_lines, indent, width)
      .print(retention);
}

std::string retained_text(const Branch& root) {
  const std::string retained = bytes_text(root.retained);
  const std::string share = bytes_text(root.share);
  if (root.retained.value == 0 && !(root.share > 0)) return {};
  if (share == retained) return "retains " + retained;
  return fmt::format("retains {}, leak share {}", retained, share);
}

Unkept unkept(const Retention& retention) {
  Unkept rest{retention.objects - retention.unreachable,
              retention.bytes - retention.unreachable_bytes};
  for (const RetainingPath& path : retention.paths) {
    rest.objects = rest.objects - path.objects;
    rest.bytes = rest.bytes - path.bytes;
  }
  return rest;
}

std::string unkept_text(const Unkept& rest, const std::string& noun) {
  return fmt::format("{}, {}, in ways that were not kept",
                     plural(double(rest.objects.value), "more " + noun),
                     bytes_text(rest.bytes));
}

}  // namespace tidemark
