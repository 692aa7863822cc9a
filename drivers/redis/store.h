// What a stand-in remembers: a few texts under keys, for all of its clients.
// Beyond its limits the oldest is forgotten. Private to this folder.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <string>
#include <string_view>

namespace tidemark::redis {

inline constexpr std::size_t kMaxStoredKeys = 1000;
inline constexpr std::size_t kMaxStoredValue = 64 << 10;

// One thread at a time.
class Store {
 public:
  // False if key or value are too long to be kept.
  bool set(std::string_view key, std::string_view value);

  // Null if there is no such key; valid until the next call.
  const std::string* get(std::string_view key) const;

  bool erase(std::string_view key);

  std::size_t size() const { return values_.size(); }

 private:
  struct Entry {
    std::string value;
    std::list<std::string>::iterator age;
  };
  std::list<std::string> ages_;  // keys, the oldest first
  std::map<std::string, Entry, std::less<>> values_;
};

}  // namespace tidemark::redis
