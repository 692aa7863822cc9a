/* Enough of RFC 6455 for an honest echo. */
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "ws_server.h"

enum { kOpContinuation = 0, kOpBinary = 2, kOpClose = 8, kOpPing = 9 };

/* The value of a header of the request, which ends in a zero. */
static const char* header(const char* head, const char* name, size_t* size) {
  const size_t length = strlen(name);
  for (const char* line = strstr(head, "\r\n"); line != NULL;
       line = strstr(line + 2, "\r\n")) {
    if (strncasecmp(line + 2, name, length) != 0 || line[2 + length] != ':')
      continue;
    const char* value = line + 3 + length;
    value += strspn(value, " \t");
    *size = strcspn(value, " \t\r");
    return value;
  }
  return NULL;
}

static size_t accept_text(const char* key, size_t size, char* out) {
  static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char text[64 + sizeof guid];
  unsigned char digest[SHA_DIGEST_LENGTH];
  unsigned char encoded[32];
  if (size > 64) size = 64;
  memcpy(text, key, size);
  memcpy(text + size, guid, sizeof guid - 1);
  SHA1(text, size + sizeof guid - 1, digest);
  EVP_EncodeBlock(encoded, digest, sizeof digest);
  return (size_t)sprintf(out,
                         "HTTP/1.1 101 Switching Protocols\r\n"
                         "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                         "Sec-WebSocket-Accept: %s\r\n\r\n",
                         (const char*)encoded);
}

static size_t page_text(char* out) {
  static char page[1400];
  static size_t size;
  if (size == 0) {
    size = (size_t)sprintf(page,
                           "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                           "Content-Length: 1024\r\n\r\n");
    memset(page + size, 'x', 1024);
    size += 1024;
  }
  memcpy(out, page, size);
  return size;
}

struct Taken take_head(const unsigned char* in, size_t size,
                       unsigned char* out) {
  struct Taken taken = {kMore, 0, 0};
  char head[kMaxHead + 1];
  const unsigned char* end = memmem(in, size, "\r\n\r\n", 4);
  if (end == NULL || end + 4 - in > kMaxHead) {
    if (end != NULL || size > kMaxHead) taken.step = kBye;
    return taken;
  }
  taken.in = (size_t)(end + 4 - in);
  memcpy(head, in, taken.in);
  head[taken.in] = '\0';
  size_t length = 0;
  const char* key = header(head, "Sec-WebSocket-Key", &length);
  if (key != NULL) {
    taken.out = accept_text(key, length, (char*)out);
    taken.step = kUpgraded;
    return taken;
  }
  taken.out = page_text((char*)out);
  const char* connection = header(head, "Connection", &length);
  const bool close = connection != NULL && length == 5 &&
                     strncasecmp(connection, "close", 5) == 0;
  taken.step = close ? kBye : kTaken;
  return taken;
}

static struct Taken refuse(size_t size, unsigned code, unsigned char* out) {
  out[0] = 0x80 | kOpClose;
  out[1] = 2;
  out[2] = (unsigned char)(code >> 8);
  out[3] = (unsigned char)code;
  return (struct Taken){kBye, size, 4};
}

static size_t write_head(unsigned char first, uint64_t length,
                         unsigned char* out) {
  out[0] = first;
  if (length < 126) {
    out[1] = (unsigned char)length;
    return 2;
  }
  const int bytes = length < 65536 ? 2 : 8;
  out[1] = bytes == 2 ? 126 : 127;
  for (int i = 0; i < bytes; ++i)
    out[2 + i] = (unsigned char)(length >> (8 * (bytes - 1 - i)));
  return 2 + (size_t)bytes;
}

static void unmask(const unsigned char* in, size_t size,
                   const unsigned char* mask, unsigned char* out) {
  uint32_t once;
  memcpy(&once, mask, 4);
  const uint64_t twice = (uint64_t)once << 32 | once;
  size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    uint64_t word;
    memcpy(&word, in + i, 8);
    word ^= twice;
    memcpy(out + i, &word, 8);
  }
  for (; i < size; ++i) out[i] = in[i] ^ mask[i % 4];
}

struct Taken take_frame(const unsigned char* in, size_t size,
                        unsigned char* out) {
  const struct Taken more = {kMore, 0, 0};
  if (size < 2) return more;
  const unsigned opcode = in[0] & 15;
  const bool control = opcode >= kOpClose;
  uint64_t length = in[1] & 127;
  if ((in[0] & 0x70) != 0 || (in[1] & 0x80) == 0 ||
      (control ? opcode > kOpPing + 1 || length > 125 || (in[0] & 0x80) == 0
               : opcode > kOpBinary))
    return refuse(size, 1002, out);
  const size_t extended = length == 126 ? 2 : length == 127 ? 8 : 0;
  const size_t head = 2 + extended + 4;
  if (size < head) return more;
  if (extended != 0) length = 0;
  for (size_t i = 0; i < extended; ++i) length = length << 8 | in[2 + i];
  if (length > kMaxFrame) return refuse(size, 1009, out);
  if (size < head + length) return more;
  struct Taken taken = {kTaken, head + (size_t)length, 0};
  if (opcode == kOpPing + 1) return taken; /* a pong wants no answer */
  const unsigned char first =
      opcode == kOpPing ? (unsigned char)(in[0] + 1) : in[0];
  const size_t wrote = write_head(first, length, out);
  unmask(in + head, (size_t)length, in + head - 4, out + wrote);
  taken.out = wrote + (size_t)length;
  if (opcode == kOpClose) taken.step = kBye;
  return taken;
}
