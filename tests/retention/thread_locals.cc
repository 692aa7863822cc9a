// Held by what belongs to a thread: its variables and its keys.
#include <dlfcn.h>
#include <pthread.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/retention/modules.h"
#include "tests/retention/shape.h"

namespace shapes {

thread_local void* volatile t_pointer = nullptr;

namespace {

// glibc has the values of the first 32 keys in the thread's descriptor and
// those of the others in blocks of 32, which it allocates.
constexpr int kFirstKeys = 32;
constexpr std::size_t kBlockOfKeys = 512;

thread_local struct {
  long before = 1;
  void* volatile pointer = nullptr;
} t_struct;

Hidden in_question;
pthread_key_t key;
Put put_in_plugin = nullptr;

Truth held_by(const char* root, pid_t thread) {
  return {.block = in_question,
          .bytes = 64,
          .root_kind = "thread-local",
          .root = root,
          .thread = thread,
          .interior = 0};
}

Truth tls_main() {
  in_question = hidden_block(64);
  t_pointer = in_question.reveal();
  return held_by("shapes::t_pointer", getpid());
}

Truth tls_member() {
  in_question = hidden_block(64);
  t_struct.pointer = in_question.reveal();
  Truth truth = held_by("shapes::(anonymous namespace)::t_struct", getpid());
  truth.root_offset = 8;
  return truth;
}

void put_and_park() {
  t_pointer = in_question.reveal();
  park();
}

Truth tls_thread() {
  in_question = hidden_block(64);
  return held_by("shapes::t_pointer", start(put_and_park));
}

void load_plugin() {
  put_in_plugin = reinterpret_cast<Put>(dlsym(
      open_module("libshapes_plugin.so"), "shapes_plugin_put_thread_local"));
}

// The variable lies in a block that the loader allocates and notes in a table
// of its own; whether these two are told as holders is left open.
Truth held_dynamically(pid_t thread) {
  Truth truth = held_by("t_in_plugin", thread);
  truth.root_offset = 8192;
  truth.any_path = true;
  return truth;
}

Truth tls_dynamic_main() {
  load_plugin();
  in_question = hidden_block(64);
  put_in_plugin(in_question.reveal());
  return held_dynamically(getpid());
}

void put_dynamically_and_park() {
  put_in_plugin(in_question.reveal());
  park();
}

Truth tls_dynamic_thread() {
  load_plugin();
  in_question = hidden_block(64);
  return held_dynamically(start(put_dynamically_and_park));
}

Truth key_main() {
  in_question = hidden_block(64);
  if (pthread_key_create(&key, nullptr)) std::abort();
  pthread_setspecific(key, in_question.reveal());
  return held_by("", getpid());
}

void set_key_and_park() {
  pthread_setspecific(key, in_question.reveal());
  park();
}

Truth key_thread() {
  in_question = hidden_block(64);
  if (pthread_key_create(&key, nullptr)) std::abort();
  return held_by("", start(set_key_and_park));
}

Truth key_of_many() {
  in_question = hidden_block(64);
  for (int i = 0; i <= kFirstKeys; ++i) {
    if (pthread_key_create(&key, nullptr)) std::abort();
  }
  pthread_setspecific(key, in_question.reveal());
  Truth truth = held_by("", getpid());
  truth.through[0] = {.bytes = kBlockOfKeys};
  return truth;
}

constexpr Shape kThreadLocals[] = {
    {"tls_main", "a thread_local variable of the main thread", built<tls_main>},
    {"tls_member", "a member of a thread_local struct", built<tls_member>},
    {"tls_thread", "a thread_local variable of another thread",
     built<tls_thread>},
    {"tls_dynamic_main", "a thread_local variable of a loaded module",
     built<tls_dynamic_main>},
    {"tls_dynamic_thread", "the same in another thread",
     built<tls_dynamic_thread>},
    {"key_main", "the value of a thread-specific key", built<key_main>},
    {"key_thread", "the same in another thread", built<key_thread>},
    {"key_of_many", "the value of a key behind the first 32",
     built<key_of_many>},
};

}  // namespace

std::span<const Shape> thread_locals() { return kThreadLocals; }

}  // namespace shapes
