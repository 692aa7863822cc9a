#include "drivers/common/reasons.h"

namespace tidemark {
namespace {

constexpr std::size_t kMaxLength = 120;

}  // namespace

void count_reason(std::map<std::string, Count>& reasons,
                  std::string_view reason) {
  std::string text(reason.substr(0, kMaxLength));
  for (char& c : text)
    if (c < 0x20 || c > 0x7e) c = '?';
  const std::string other(kOtherReasons);
  const std::size_t known = reasons.size() - reasons.count(other);
  if (!reasons.contains(text) && known >= kMaxReasons) text = other;
  reasons[text] += Count{1};
}

}  // namespace tidemark
