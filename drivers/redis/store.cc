#include "drivers/redis/store.h"

#include <iterator>

namespace tidemark::redis {

bool Store::set(std::string_view key, std::string_view value) {
  if (key.size() + value.size() > kMaxStoredValue) return false;
  const auto found = values_.find(key);
  if (found != values_.end()) {
    found->second.value = value;
    return true;
  }
  if (values_.size() == kMaxStoredKeys) {
    values_.erase(ages_.front());
    ages_.pop_front();
  }
  ages_.emplace_back(key);
  values_.emplace(key, Entry{std::string(value), std::prev(ages_.end())});
  return true;
}

const std::string* Store::get(std::string_view key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? nullptr : &found->second.value;
}

bool Store::erase(std::string_view key) {
  const auto found = values_.find(key);
  if (found == values_.end()) return false;
  ages_.erase(found->second.age);
  values_.erase(found);
  return true;
}

}  // namespace tidemark::redis
