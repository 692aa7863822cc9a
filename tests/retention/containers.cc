// Held by containers of libstdc++.
#include <any>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "tests/retention/shape.h"

namespace shapes {

struct Payload {
  char content[64] = {};
};

std::vector<void*> g_vector;
std::vector<std::vector<void*>> g_rows;
std::string g_string;
std::vector<std::string> g_strings;
std::list<void*> g_list;
std::deque<void*> g_deque;
std::map<long, void*> g_map;
std::map<long, std::string> g_names;
std::set<void*> g_set;
std::unordered_map<long, void*> g_hash;
std::shared_ptr<Payload> g_shared;
std::weak_ptr<Payload> g_weak;
std::unique_ptr<Payload> g_unique;
std::function<long()> g_function;
std::any g_any;

namespace {

constexpr std::size_t kPointer = sizeof(void*);
constexpr std::size_t kLong = 63;  // characters, too many for a short string

Truth held_by(const char* root, const volatile void* address,
              std::size_t bytes = 64) {
  return {.block = Hidden(address),
          .bytes = bytes,
          .root_kind = "global",
          .root = root};
}

Truth vector() {
  g_vector.reserve(8);
  for (int i = 0; i < 3; ++i) g_vector.push_back(block(64));
  Truth truth = held_by("shapes::g_vector", g_vector[2]);
  truth.through[0] = {.type = "vector", .bytes = 8 * kPointer, .offset = 0};
  truth.offset = 2 * kPointer;
  return truth;
}

Truth vector_of_vectors() {
  g_rows.resize(3);
  g_rows[1].reserve(4);
  g_rows[1].push_back(block(64));
  Truth truth = held_by("shapes::g_rows", g_rows[1][0]);
  truth.through[0] = {.type = "vector", .bytes = 3 * sizeof g_rows[0]};
  truth.through[1] = {.type = "vector", .bytes = 4 * kPointer};
  return truth;
}

// The last element is gone, its word is still there.
Truth vector_slack() {
  g_vector.reserve(8);
  for (int i = 0; i < 3; ++i) g_vector.push_back(block(64));
  const Hidden last(g_vector.back());
  g_vector.pop_back();
  Truth truth = held_by("shapes::g_vector", last.reveal());
  truth.held = kDoubtful;
  truth.also = kUnreachable;
  truth.plain = kReachable;
  truth.through[0] = {.type = "vector", .bytes = 8 * kPointer};
  truth.note = "lost; behind end(), within the capacity";
  return truth;
}

Truth string() {
  g_string.assign(kLong, 'x');
  Truth truth =
      held_by("shapes::g_string", g_string.data(), g_string.capacity() + 1);
  truth.type = "string";
  return truth;
}

Truth string_in_vector() {
  g_strings.reserve(2);
  g_strings.emplace_back(kLong, 'x');
  Truth truth = held_by("shapes::g_strings", g_strings[0].data(), kLong + 1);
  truth.through[0] = {.type = "vector", .bytes = 2 * sizeof(std::string)};
  truth.type = "string";
  return truth;
}

// A short string points into the block that it is in.
Truth string_short_lost() {
  auto* text = new std::string("short");
  fence();
  return {.block = Hidden(text),
          .bytes = sizeof(std::string),
          .held = kUnreachable,
          .note = "it points to itself: its text is inside"};
}

Truth list() {
  for (int i = 0; i < 7; ++i) g_list.push_back(block(64));
  const auto third = std::next(g_list.begin(), 2);
  Truth truth = held_by("shapes::g_list", *third);
  truth.through[0] = {
      .type = "list node", .bytes = 3 * kPointer, .repeated = 3};
  truth.offset = 2 * kPointer;
  return truth;
}

Truth deque() {
  for (int i = 0; i < 5; ++i) g_deque.push_back(block(64));
  Truth truth = held_by("shapes::g_deque", g_deque[4]);
  truth.through[0] = {.type = "deque", .bytes = 512};
  truth.offset = 4 * kPointer;
  return truth;
}

// Five keys in order: 2 is the root, 1 and 5 are known to the header, and 4,
// with 3 and 5 below it, is what is asked for.
Truth map() {
  for (long key = 1; key <= 5; ++key) g_map[key] = block(64);
  Truth truth = held_by("shapes::g_map", g_map[4]);
  truth.through[0] = {.type = "map node", .bytes = 6 * kPointer, .repeated = 2};
  truth.offset = 5 * kPointer;
  return truth;
}

Truth map_of_strings() {
  g_names[1] = std::string(kLong, 'x');
  Truth truth = held_by("shapes::g_names", g_names[1].data(), kLong + 1);
  truth.through[0] = {.type = "map node",
                      .bytes = 5 * kPointer + sizeof(std::string)};
  truth.type = "string";
  return truth;
}

Truth set() {
  void* element = block(64);
  g_set.insert(element);
  Truth truth = held_by("shapes::g_set", element);
  truth.through[0] = {.type = "node", .bytes = 5 * kPointer};
  truth.offset = 4 * kPointer;
  return truth;
}

Truth unordered_map() {
  g_hash[1] = block(64);
  Truth truth = held_by("shapes::g_hash", g_hash[1]);
  truth.through[0] = {.type = "unordered_map node", .bytes = 3 * kPointer};
  truth.offset = 2 * kPointer;
  return truth;
}

Truth shared_ptr() {
  g_shared.reset(new Payload);
  fence();
  return held_by("shapes::g_shared", g_shared.get(), sizeof(Payload));
}

// A shared_ptr is two pointers; the second is to its control block.
Truth shared_ptr_control() {
  g_shared.reset(new Payload);
  fence();
  const auto* words = reinterpret_cast<void* const*>(&g_shared);
  Truth truth = held_by("shapes::g_shared", words[1], 3 * kPointer);
  truth.type = "shared_ptr";
  return truth;
}

Truth make_shared() {
  g_shared = std::make_shared<Payload>();
  fence();
  const auto* words = reinterpret_cast<void* const*>(&g_shared);
  Truth truth =
      held_by("shapes::g_shared", words[1], 2 * kPointer + sizeof(Payload));
  truth.type = "shared_ptr";
  return truth;
}

// The object is destroyed, its memory is not free.
Truth weak_ptr() {
  g_weak = std::make_shared<Payload>();
  fence();
  const auto* words = reinterpret_cast<void* const*>(&g_weak);
  Truth truth =
      held_by("shapes::g_weak", words[1], 2 * kPointer + sizeof(Payload));
  truth.type = "shared_ptr";
  return truth;
}

// Each is the other's owner.
struct Partner {
  std::shared_ptr<Partner> other;
  long content[6] = {};
};

Truth shared_ptr_cycle_lost() {
  auto one = std::make_shared<Partner>();
  one->other = std::make_shared<Partner>();
  one->other->other = one;
  fence();
  const auto* words = reinterpret_cast<void* const*>(&one);
  return {.block = Hidden(words[1]),
          .bytes = 2 * kPointer + sizeof(Partner),
          .held = kUnreachable};
}

Truth unique_ptr() {
  g_unique = std::make_unique<Payload>();
  fence();
  return held_by("shapes::g_unique", g_unique.get(), sizeof(Payload));
}

Truth function() {
  void* captured = block(64);
  const long more[3] = {};
  g_function = [captured, more] {
    return static_cast<const long*>(captured)[0] + more[0];
  };
  Truth truth = held_by("shapes::g_function", captured);
  truth.through[0] = {.bytes = 4 * kPointer, .interior = 0};
  truth.offset = 0;
  return truth;
}

struct Large {
  void* pointer;
  long more[7];
};

Truth any() {
  void* inside = block(64);
  g_any = Large{inside, {}};
  Truth truth = held_by("shapes::g_any", inside);
  truth.through[0] = {.bytes = sizeof(Large), .interior = 0};
  truth.offset = 0;
  return truth;
}

constexpr Shape kContainers[] = {
    {"vector", "the third element of a vector", built<vector>},
    {"vector_of_vectors", "an element of a vector in a vector",
     built<vector_of_vectors>},
    {"vector_slack", "what pop_back() left behind end()", built<vector_slack>},
    {"string", "the text of a string", built<string>},
    {"string_in_vector", "the text of a string in a vector",
     built<string_in_vector>},
    {"string_short_lost", "a lost short string, which points to itself",
     built<string_short_lost>},
    {"list", "the third of seven elements of a list", built<list>},
    {"deque", "the fifth element of a deque", built<deque>},
    {"map", "the fourth of five values of a map", built<map>},
    {"map_of_strings", "the text of a value of a map", built<map_of_strings>},
    {"set", "the element of a set", built<set>},
    {"unordered_map", "the value of an unordered_map", built<unordered_map>},
    {"shared_ptr", "the object of a shared_ptr", built<shared_ptr>},
    {"shared_ptr_control", "the control block of a shared_ptr",
     built<shared_ptr_control>},
    {"make_shared", "object and control block in one", built<make_shared>},
    {"weak_ptr", "the same, kept by a weak_ptr alone", built<weak_ptr>},
    {"shared_ptr_cycle_lost", "two that own each other",
     built<shared_ptr_cycle_lost>},
    {"unique_ptr", "the object of a unique_ptr", built<unique_ptr>},
    {"function", "what a lambda in a std::function has captured",
     built<function>},
    {"any", "a member of what a std::any has", built<any>},
};

}  // namespace

std::span<const Shape> containers() { return kContainers; }

}  // namespace shapes
