/* The protocol half of the benchmark's WebSocket server: bytes in, answer
 * out, no sockets. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum {
  kMaxFrame = 1 << 20,     /* a longer one is refused with 1009 */
  kMaxHead = 8192,         /* of an HTTP request */
  kAnswerRoom = 2048,      /* what an answer needs beside its frame */
  kRoom = kMaxFrame + 256, /* a whole frame with its head fits */
};

enum Step {
  kMore,     /* not whole yet: nothing was taken */
  kTaken,    /* taken and answered */
  kUpgraded, /* taken; frames follow */
  kBye,      /* taken; close once the answer is out */
};

struct Taken {
  enum Step step;
  size_t in;  /* bytes taken */
  size_t out; /* bytes of answer */
};

/* One HTTP request: an upgrade is accepted, anything else gets 1 KB. */
struct Taken take_head(const unsigned char* in, size_t size,
                       unsigned char* out);
/* One frame, echoed with its opcode and FIN; ping and close are answered. */
struct Taken take_frame(const unsigned char* in, size_t size,
                        unsigned char* out);
