// EXPECT retained by the allocator: pages pinned at keep_entry
//
// A catalogue that is read when the first client comes: from each page of it,
// which is large and soon dropped, a small entry is kept. Nothing leaks.
// Guilty: the entry is allocated while the pages are there, so that each
// entry keeps a page of memory for itself once they are gone. Innocent: the
// entries are copied when the pages are gone.
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "common/options.h"
#include "common/retainer.h"
#include "common/ws_server.h"

namespace {

using specimen::ConnectionId;

constexpr std::size_t kEntries = 6'000;
constexpr std::size_t kEntryBytes = 48;
constexpr std::size_t kPageBytes = 12'000;

using Block = std::unique_ptr<char[]>;

std::vector<Block> catalogue;

[[gnu::noinline]] void keep_entry(const char* text) {
  Block entry(new char[kEntryBytes]);
  std::memcpy(entry.get(), text, kEntryBytes);
  catalogue.push_back(std::move(entry));
}

[[gnu::noinline]] Block read_page(std::size_t number) {
  Block page(new char[kPageBytes]);
  std::memset(page.get(), static_cast<int>('a' + number % 26), kPageBytes);
  return page;
}

void read_catalogue(bool guilty) {
  catalogue.reserve(kEntries);
  std::vector<Block> pages;
  pages.reserve(kEntries);
  for (std::size_t i = 0; i < kEntries; ++i) {
    pages.push_back(read_page(i));
    if (guilty) keep_entry(pages.back().get());
  }
  if (guilty) return;
  std::string texts;
  for (const Block& page : pages) texts.append(page.get(), kEntryBytes);
  pages.clear();
  for (std::size_t i = 0; i < kEntries; ++i)
    keep_entry(texts.data() + i * kEntryBytes);
}

class Pinned final : public specimen::Behaviour {
 public:
  explicit Pinned(bool guilty) : guilty_(guilty) {}

  void opened(ConnectionId) override {
    if (catalogue.empty()) read_catalogue(guilty_);
  }
  std::string retainer() const override {
    return specimen::retainer_line({.root_kind = "global",
                                    .root = "(anonymous namespace)::catalogue",
                                    .through = {"vector"}});
  }
  std::string truth() const override {
    return specimen::truth_line(
        catalogue.size() * kEntryBytes, catalogue.size(),
        "kept in " + std::to_string(guilty_ ? catalogue.size() : 0) +
            " pages of their own");
  }

 private:
  bool guilty_;
};

}  // namespace

int main(int count, char** arguments) {
  const specimen::Options options(count, arguments);
  Pinned pinned(options.guilty());
  return specimen::serve(options.port(), pinned);
}
