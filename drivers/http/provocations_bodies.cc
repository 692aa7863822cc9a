// Unusual and illegal bodies: their framing, their ends, their encoding.
#include <fmt/format.h>

#include <array>

#include "drivers/http/provocations.h"

namespace tidemark::http {
namespace {

using Scene = ProvocationScene;
constexpr Provocation::When kOpen = Provocation::When::kOpen;
constexpr Provocation::Then kFin = Provocation::Then::kFin;
constexpr Provocation::Then kReset = Provocation::Then::kReset;

constexpr std::string_view kChunked = "Transfer-Encoding: chunked\r\n";
constexpr std::size_t kHuge = 64 << 10;

void chunked(const Scene& scene, std::string_view body, std::string& out) {
  append_post(scene, kChunked, body, out);
}

void half_a_body(const Scene& scene, std::string& out) {
  append_post(scene, "Content-Length: 100000\r\n", std::string(50'000, 'x'),
              out);
}

void half_a_chunk(const Scene& scene, std::string& out) {
  chunked(scene, "10000\r\n" + std::string(0x8000, 'x'), out);
}

constexpr std::array kCatalogue{
    Provocation{.name = "two_lengths",
                .summary = "two different Content-Length headers",
                .write =
                    [](const Scene& s, std::string& out) {
                      append_post(s,
                                  "Content-Length: 3\r\nContent-Length: 5\r\n",
                                  "12345", out);
                    }},
    Provocation{.name = "length_list",
                .summary = "Content-Length: 3, 5",
                .write =
                    [](const Scene& s, std::string& out) {
                      append_post(s, "Content-Length: 3, 5\r\n", "12345", out);
                    }},
    Provocation{.name = "negative_length",
                .summary = "Content-Length: -1",
                .write =
                    [](const Scene& s, std::string& out) {
                      append_post(s, "Content-Length: -1\r\n", "12345", out);
                    }},
    Provocation{.name = "huge_length",
                .summary = "Content-Length: 2^63 - 1, and a short body",
                .write =
                    [](const Scene& s, std::string& out) {
                      append_post(s, "Content-Length: 9223372036854775807\r\n",
                                  "12345", out);
                    }},
    Provocation{.name = "overflowing_length",
                .summary = "Content-Length: 2^64 + 5, with 5 bytes",
                .write =
                    [](const Scene& s, std::string& out) {
                      append_post(s, "Content-Length: 18446744073709551621\r\n",
                                  "12345", out);
                    }},
    Provocation{.name = "length_is_no_number",
                .summary = "Content-Length: five",
                .write =
                    [](const Scene& s, std::string& out) {
                      append_post(s, "Content-Length: five\r\n", "12345", out);
                    }},
    Provocation{.name = "length_is_empty",
                .summary = "a Content-Length header without a value",
                .write =
                    [](const Scene& s, std::string& out) {
                      append_post(s, "Content-Length:\r\n", "12345", out);
                    }},
    Provocation{.name = "length_with_plus",
                .summary = "Content-Length: +5",
                .write =
                    [](const Scene& s, std::string& out) {
                      append_post(s, "Content-Length: +5\r\n", "12345", out);
                    }},
    Provocation{.name = "post_without_length",
                .summary = "a POST that announces no body",
                .legal = true,
                .write = [](const Scene& s,
                            std::string& out) { append_post(s, "", "", out); }},
    Provocation{.name = "get_with_body",
                .summary = "a GET with a body",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      append_get(s, "Content-Length: 5\r\n", out);
                      out += "12345";
                    }},
    Provocation{.name = "length_and_chunked",
                .summary = "both a length and chunks",
                .write =
                    [](const Scene& s, std::string& out) {
                      append_post(s,
                                  "Content-Length: 5\r\n"
                                  "Transfer-Encoding: chunked\r\n",
                                  "5\r\n12345\r\n0\r\n\r\n", out);
                    }},
    Provocation{.name = "smuggled_request",
                .summary = "a second request hidden in a body of two framings",
                .when = kOpen,
                .write =
                    [](const Scene& s, std::string& out) {
                      std::string hidden("GET /tidemark-smuggled HTTP/1.1\r\n");
                      hidden.append("Host: ").append(s.authority);
                      hidden = "0\r\n\r\n" + hidden + "\r\n\r\n";
                      out.append("POST ").append(s.resource);
                      out.append(" HTTP/1.1\r\nHost: ").append(s.authority);
                      out += fmt::format(
                          "\r\nContent-Length: {}\r\n"
                          "Transfer-Encoding : chunked\r\n"
                          "Transfer-Encoding: chunked\r\n\r\n{}",
                          hidden.size(), hidden);
                    }},
    Provocation{.name = "unknown_transfer_encoding",
                .summary = "Transfer-Encoding: tide",
                .write =
                    [](const Scene& s, std::string& out) {
                      append_post(s, "Transfer-Encoding: tide\r\n", "12345",
                                  out);
                    }},
    Provocation{.name = "chunked_not_last",
                .summary = "Transfer-Encoding: chunked, identity",
                .write =
                    [](const Scene& s, std::string& out) {
                      append_post(s, "Transfer-Encoding: chunked, identity\r\n",
                                  "0\r\n\r\n", out);
                    }},
    Provocation{.name = "chunked_twice",
                .summary = "Transfer-Encoding: chunked, twice",
                .write =
                    [](const Scene& s, std::string& out) {
                      append_post(s, "Transfer-Encoding: chunked, chunked\r\n",
                                  "0\r\n\r\n", out);
                    }},
    Provocation{.name = "chunk_size_is_no_number",
                .summary = "a chunk whose size is xyz",
                .write =
                    [](const Scene& s, std::string& out) {
                      chunked(s, "xyz\r\n12345\r\n0\r\n\r\n", out);
                    }},
    Provocation{.name = "chunk_size_negative",
                .summary = "a chunk whose size is -1",
                .write =
                    [](const Scene& s, std::string& out) {
                      chunked(s, "-1\r\n12345\r\n0\r\n\r\n", out);
                    }},
    Provocation{.name = "chunk_size_huge",
                .summary = "a chunk whose size is ffffffffffffffff",
                .write =
                    [](const Scene& s, std::string& out) {
                      chunked(s, "ffffffffffffffff\r\n12345\r\n0\r\n\r\n", out);
                    }},
    Provocation{.name = "chunk_size_overflows",
                .summary = "a chunk whose size has 17 digits",
                .write =
                    [](const Scene& s, std::string& out) {
                      chunked(s, "10000000000000005\r\n12345\r\n0\r\n\r\n",
                              out);
                    }},
    Provocation{.name = "chunk_size_endless",
                .summary = "a chunk's size with 64 KiB of zeros in front",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      chunked(s, std::string(kHuge, '0') + "5\r\n12345\r\n",
                              out);
                    }},
    Provocation{.name = "chunk_extension_huge",
                .summary = "a chunk with an extension of 64 KiB",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      chunked(s,
                              "5;a=" + std::string(kHuge, 'b') +
                                  "\r\n12345\r\n0\r\n\r\n",
                              out);
                    }},
    Provocation{.name = "chunk_end_missing",
                .summary = "no line end after a chunk's data",
                .write =
                    [](const Scene& s, std::string& out) {
                      chunked(s, "5\r\n123450\r\n\r\n", out);
                    }},
    Provocation{
        .name = "chunk_bare_lf",
        .summary = "chunks whose lines end in LF alone",
        .write = [](const Scene& s,
                    std::string& out) { chunked(s, "5\n12345\n0\n\n", out); }},
    Provocation{.name = "tiny_chunks",
                .summary = "10,000 chunks of one byte",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      std::string body;
                      for (int i = 0; i < 10'000; ++i) body += "1\r\nx\r\n";
                      chunked(s, body + "0\r\n\r\n", out);
                    }},
    Provocation{.name = "huge_trailer",
                .summary = "a trailer of 64 KiB after the last chunk",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      chunked(s,
                              "5\r\n12345\r\n0\r\nX-Tidemark: " +
                                  std::string(kHuge, 'a') + "\r\n\r\n",
                              out);
                    }},
    Provocation{.name = "forbidden_trailer",
                .summary = "a Content-Length in the trailer",
                .write =
                    [](const Scene& s, std::string& out) {
                      chunked(s, "5\r\n12345\r\n0\r\nContent-Length: 9\r\n\r\n",
                              out);
                    }},
    Provocation{.name = "body_cut_short_fin",
                .summary = "half of an announced body, then FIN",
                .when = kOpen,
                .then = kFin,
                .write = &half_a_body},
    Provocation{.name = "body_cut_short_reset",
                .summary = "half of an announced body, then RST",
                .when = kOpen,
                .then = kReset,
                .write = &half_a_body},
    Provocation{.name = "body_cut_short_wait",
                .summary = "half of an announced body, then nothing more",
                .when = kOpen,
                .write = &half_a_body},
    Provocation{.name = "chunk_cut_short_fin",
                .summary = "half a chunk, then FIN",
                .when = kOpen,
                .then = kFin,
                .write = &half_a_chunk},
    Provocation{.name = "chunk_cut_short_reset",
                .summary = "half a chunk, then RST",
                .when = kOpen,
                .then = kReset,
                .write = &half_a_chunk},
    Provocation{
        .name = "last_chunk_missing",
        .summary = "chunks without the last, empty one, then FIN",
        .then = kFin,
        .write = [](const Scene& s,
                    std::string& out) { chunked(s, "5\r\n12345\r\n", out); }},
    Provocation{.name = "more_body_than_announced",
                .summary = "5 bytes announced, 64 KiB sent",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      append_post(s, "Content-Length: 5\r\n",
                                  std::string(kHuge, 'x'), out);
                    }},
    Provocation{.name = "expect_continue_no_body",
                .summary = "Expect: 100-continue, and no body follows",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      append_post(
                          s, "Content-Length: 5\r\nExpect: 100-continue\r\n",
                          "", out);
                    }},
    Provocation{.name = "unknown_expectation",
                .summary = "Expect: the-unexpected",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      append_post(
                          s, "Content-Length: 5\r\nExpect: the-unexpected\r\n",
                          "12345", out);
                    }},
    Provocation{.name = "gzip_garbage",
                .summary = "Content-Encoding: gzip, and the body is garbage",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      std::string body("\x1f\x8b\x08\x00", 4);
                      for (int i = 0; i < 1020; ++i)
                        body += static_cast<char>(s.random.below(256));
                      append_post(s,
                                  "Content-Encoding: gzip\r\n"
                                  "Content-Length: 1024\r\n",
                                  body, out);
                    }},
    Provocation{.name = "deep_json",
                .summary = "a JSON body of 10,000 open brackets",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      append_post(s,
                                  "Content-Type: application/json\r\n"
                                  "Content-Length: 10000\r\n",
                                  std::string(10'000, '['), out);
                    }},
    Provocation{.name = "multipart_broken",
                .summary = "a multipart form whose boundary never comes",
                .legal = true,
                .write =
                    [](const Scene& s, std::string& out) {
                      append_post(s,
                                  "Content-Type: multipart/form-data; "
                                  "boundary=tide\r\nContent-Length: 59\r\n",
                                  "--tide\r\nContent-Disposition: form-data; "
                                  "name=\"a\r\n\r\nabc--tid",
                                  out);
                    }},
};

}  // namespace

std::span<const Provocation> body_provocations() { return kCatalogue; }

}  // namespace tidemark::http
