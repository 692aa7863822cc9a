// Held by structures of nodes that are made by hand.
#include <cstddef>
#include <cstdlib>

#include "tests/retention/shape.h"

namespace shapes {

struct Node {
  Node* next = nullptr;
  Node* previous = nullptr;
  void* payload = nullptr;
  long number = 0;
};
struct Hook {  // as in the kernel's lists: it points to hooks, not to nodes
  Hook* next = nullptr;
};
struct Hooked {
  long before[2] = {};
  Hook hook;
  void* payload = nullptr;
};

Node* volatile g_head = nullptr;
Node* volatile g_tail = nullptr;
Hook* volatile g_hooks = nullptr;

namespace {

Node* node(Node* next) {
  Node* made = new (block(sizeof(Node))) Node;
  made->next = next;
  return made;
}

Node* chain(unsigned length, void* payload) {
  Node* head = node(nullptr);
  head->payload = payload;
  for (unsigned i = 1; i < length; ++i) head = node(head);
  return head;
}

Step nodes(unsigned repeated) {
  return {.bytes = sizeof(Node), .interior = 0, .repeated = repeated};
}

Truth payload_of(const void* payload) {
  return {.block = Hidden(payload),
          .bytes = 64,
          .root_kind = "global",
          .root = "shapes::g_head",
          .interior = 0,
          .offset = offsetof(Node, payload)};
}

template <unsigned length>
Truth list() {
  void* payload = block(64);
  g_head = chain(length, payload);
  Truth truth = payload_of(payload);
  truth.through[0] = nodes(length);
  return truth;
}

// Seven nodes, the payload in the third: two ways, and the head's is shorter.
Truth list_doubly() {
  Node* row[7];
  for (Node*& each : row) each = node(nullptr);
  for (int i = 0; i + 1 < 7; ++i) {
    row[i]->next = row[i + 1];
    row[i + 1]->previous = row[i];
  }
  row[2]->payload = block(64);
  g_head = row[0];
  g_tail = row[6];
  Truth truth = payload_of(row[2]->payload);
  truth.through[0] = nodes(3);
  return truth;
}

// Only its tail is known.
Truth list_backwards() {
  Node* first = node(nullptr);
  Node* last = node(nullptr);
  first->next = last;
  last->previous = first;
  first->payload = block(64);
  g_tail = last;
  Truth truth = payload_of(first->payload);
  truth.root = "shapes::g_tail";
  truth.through[0] = nodes(2);
  return truth;
}

Truth list_intrusive() {
  Hooked* row[3];
  for (Hooked*& each : row) each = new (block(sizeof(Hooked))) Hooked;
  row[0]->hook.next = &row[1]->hook;
  row[1]->hook.next = &row[2]->hook;
  row[2]->payload = block(64);
  g_hooks = &row[0]->hook;
  Truth truth = payload_of(row[2]->payload);
  truth.root = "shapes::g_hooks";
  truth.through[0] = {.bytes = sizeof(Hooked), .interior = 1, .repeated = 3};
  truth.offset = offsetof(Hooked, payload);
  return truth;
}

// Left, then right, and so on down: a tree of four levels.
Node* tree(int levels, void* payload) {
  Node* root = node(nullptr);
  if (levels == 1) {
    root->payload = payload;
    return root;
  }
  root->next = tree(levels - 1, nullptr);
  root->previous = tree(levels - 1, payload);
  return root;
}

Truth tree_leaf() {
  void* payload = block(64);
  g_head = tree(4, payload);
  Truth truth = payload_of(payload);
  truth.through[0] = nodes(4);
  return truth;
}

// Both halves of a diamond hold it; the shorter way is told.
Truth diamond() {
  void* payload = block(64);
  Node* shorter = node(nullptr);
  shorter->payload = payload;
  g_head = node(chain(3, payload));
  g_head->previous = shorter;
  Truth truth = payload_of(payload);
  truth.through[0] = nodes(2);
  return truth;
}

Node* ring(void* payload) {
  Node* last = node(nullptr);
  last->payload = payload;
  last->next = node(node(last));
  return last->next;
}

Truth cycle_held() {
  void* payload = block(64);
  g_head = ring(payload);
  Truth truth = payload_of(payload);
  truth.through[0] = nodes(3);
  return truth;
}

Truth lost(const void* address, std::size_t bytes, const char* note) {
  return {.block = Hidden(address),
          .bytes = bytes,
          .held = kUnreachable,
          .note = note};
}

Truth cycle_lost() {
  return lost(ring(nullptr), sizeof(Node), "three nodes in a ring");
}

Truth cycle_lost_payload() {
  void* payload = block(64);
  keep(ring(payload));
  return lost(payload, 64, "held by a ring that nothing holds");
}

Truth chain_lost() {
  void* payload = block(64);
  keep(chain(4, payload));
  return lost(payload, 64, "held by a list that nothing holds");
}

Truth self_lost() {
  Node* alone = node(nullptr);
  alone->next = alone;
  return lost(alone, sizeof(Node), "it points to itself");
}

Truth list_cut() {
  void* payload = block(64);
  g_head = chain(4, payload);
  g_head->next = nullptr;
  return lost(payload, 64, "the first node has forgotten the second");
}

constexpr Shape kLinks[] = {
    {"list_singly", "the payload of the fifth node of a list", built<list<5>>},
    {"list_long", "the payload of node 10,000", built<list<10'000>>},
    {"list_doubly", "the third of seven nodes, linked both ways",
     built<list_doubly>},
    {"list_backwards", "a list of which the tail alone is known",
     built<list_backwards>},
    {"list_intrusive", "a list whose pointers are to members",
     built<list_intrusive>},
    {"list_cut", "a list after which a node was forgotten", built<list_cut>},
    {"tree_leaf", "the payload of a tree's leaf", built<tree_leaf>},
    {"diamond", "two ways to one block", built<diamond>},
    {"cycle_held", "a ring of nodes that is held", built<cycle_held>},
    {"cycle_lost", "a ring of nodes that is lost", built<cycle_lost>},
    {"cycle_lost_payload", "what a lost ring points to",
     built<cycle_lost_payload>},
    {"chain_lost", "what a lost list points to", built<chain_lost>},
    {"self_lost", "a block that points to itself alone", built<self_lost>},
};

}  // namespace

std::span<const Shape> links() { return kLinks; }

}  // namespace shapes
