// The catalogue of what Redis clients should not send, as data.
//
// It must not be ourselves who make the service's memory grow: keys begin
// with "tidemark:" and live for five seconds, channels end with their
// connection, and the one user that is made has always the same name.
// Nothing here ends the service, changes its configuration or flushes it.
#include "drivers/redis/provocations.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "drivers/redis/words.h"

namespace tidemark::redis {
namespace {

using Scene = ProvocationScene;
using When = Provocation::When;
using Then = Provocation::Then;

// "a b c" as a command; words have no blanks in them.
void command(std::string_view text, std::string& out) {
  std::size_t count = 1;
  for (char c : text) count += c == ' ';
  append_number('*', count, out);
  while (true) {
    const std::size_t end = text.find(' ');
    append_bulk(text.substr(0, end), out);
    if (end == text.npos) return;
    text.remove_prefix(end + 1);
  }
}

// "tidemark:NAME:1a2b": not two connections' at once.
std::string key(std::string_view name, const Scene& scene) {
  return fmt::format("tidemark:{}:{:x}", name, scene.random());
}

void set_key(const std::string& name, std::string_view value,
             std::string& out) {
  append_command({"SET", name, value, "EX", "5"}, out);
}

// A key that holds a text, and a command that wants another type.
void wrong_type(const Scene& scene, std::string_view verb,
                std::string_view argument, std::string& out) {
  const std::string name = key("text", scene);
  set_key(name, "text", out);
  append_command({verb, name, argument}, out);
}

void good_and_bad(const Scene& scene, std::string& out) {
  const std::string name = key("mix", scene);
  for (int i = 0; i < 25; ++i) {
    if (i % 2 == 0) {
      set_key(name, "text", out);
      command("TIDEMARK_UNKNOWN a b", out);
    } else {
      append_command({"INCR", name}, out);
      append_command({"GET", name}, out);
    }
  }
}

void nested_request(const Scene&, std::string& out) {
  for (int i = 0; i < 1000; ++i) out += "*1\r\n";
}

void random_bytes(const Scene& scene, std::string& out) {
  for (int i = 0; i < 1024; ++i) out += static_cast<char>(scene.random());
}

void many_names(std::string_view verb, std::string_view name, int count,
                std::string& out) {
  append_number('*', static_cast<std::size_t>(count) + 1, out);
  append_bulk(verb, out);
  for (int i = 0; i < count; ++i)
    append_bulk(fmt::format("tidemark:{}:{}", name, i), out);
}

void http_request(const Scene& scene, std::string_view method,
                  std::string& out) {
  out +=
      fmt::format("{} / HTTP/1.1\r\nHost: {}\r\n\r\n", method, scene.authority);
}

#define TIDEMARK_WRITES(...) \
  [](const Scene& scene, std::string& out) { (void)scene, __VA_ARGS__; }

constexpr Provocation kCatalogue[] = {
    // Malformed requests.
    {"empty_array", "an array of no words (*0), then PING", When::kOpen,
     Then::kAwait, true, TIDEMARK_WRITES(out += "*0\r\n*1\r\n$4\r\nPING\r\n")},
    {"negative_array", "an array of -1 words", When::kOpen, Then::kAwait, true,
     TIDEMARK_WRITES(out += "*-1\r\n*1\r\n$4\r\nPING\r\n")},
    {"negative_bulk", "a word of -5 bytes", When::kOpen, Then::kAwait, false,
     TIDEMARK_WRITES(out += "*2\r\n$3\r\nGET\r\n$-5\r\nx\r\n")},
    {"huge_bulk", "a word of 2,000,000,000 bytes is announced", When::kOpen,
     Then::kAwait, false,
     TIDEMARK_WRITES(out += "*2\r\n$3\r\nGET\r\n$2000000000\r\nx\r\n")},
    {"large_bulk_cut", "16 MiB are announced, and not sent", When::kOpen,
     Then::kFin, false,
     TIDEMARK_WRITES(out += "*3\r\n$3\r\nSET\r\n$14\r\ntidemark:large\r\n"
                            "$16777216\r\nx")},
    {"huge_array", "an array of 2,000,000 words is announced", When::kOpen,
     Then::kAwait, false, TIDEMARK_WRITES(out += "*2000000\r\n$3\r\nGET\r\n")},
    {"large_array_cut", "1,000,000 words are announced, two sent", When::kOpen,
     Then::kReset, false,
     TIDEMARK_WRITES(out += "*1000000\r\n$3\r\nDEL\r\n$1\r\nx\r\n")},
    {"length_no_number", "a word's length is `abc`", When::kOpen, Then::kAwait,
     false, TIDEMARK_WRITES(out += "*1\r\n$abc\r\nPING\r\n")},
    {"count_no_number", "the number of words is `x`", When::kOpen, Then::kAwait,
     false, TIDEMARK_WRITES(out += "*x\r\n$4\r\nPING\r\n")},
    {"length_overflow", "a word's length beyond 64 bits", When::kOpen,
     Then::kAwait, false,
     TIDEMARK_WRITES(out += "*1\r\n$99999999999999999999\r\nPING\r\n")},
    {"missing_line_end", "a word is longer than its length", When::kOpen,
     Then::kAwait, false,
     TIDEMARK_WRITES(out +=
                     "*2\r\n$3\r\nGETxx$1\r\nx\r\n*1\r\n$4\r\nPING\r\n")},
    {"line_feed_only", "lines end with LF alone", When::kOpen, Then::kAwait,
     false, TIDEMARK_WRITES(out += "*1\n$4\nPING\n*1\n$4\nPING\n\n")},
    {"wrong_type_byte", "a word that is an integer (:5)", When::kOpen,
     Then::kAwait, false, TIDEMARK_WRITES(out += "*2\r\n$3\r\nGET\r\n:5\r\n")},
    {"resp3_request", "a request that is a RESP3 map", When::kOpen,
     Then::kAwait, false, TIDEMARK_WRITES(out += "%1\r\n+PING\r\n#t\r\n")},
    {"nested_request", "arrays in arrays, 1,000 deep", When::kOpen,
     Then::kAwait, false, nested_request},
    {"random_bytes", "1,024 random bytes", When::kFirst, Then::kAwait, false,
     random_bytes},
    {"nul_bytes", "4,096 bytes of zero and a line end", When::kFirst,
     Then::kAwait, false,
     TIDEMARK_WRITES(out.append(4096, '\0'), out += "\r\n")},
    {"tls_hello", "the beginning of a TLS handshake", When::kFirst,
     Then::kAwait, false,
     TIDEMARK_WRITES(out += std::string_view(
                         "\x16\x03\x01\x00\x2e\x01\x00\x00\x2a\x03\x03", 11),
                     out.append(40, 'r'))},
    {"bulk_cut_fin", "a word is cut in its middle by FIN", When::kOpen,
     Then::kFin, false,
     TIDEMARK_WRITES(out += "*2\r\n$3\r\nGET\r\n$1000\r\n",
                     out.append(500, 'x'))},
    {"bulk_cut_reset", "a word is cut in its middle by RST", When::kOpen,
     Then::kReset, false,
     TIDEMARK_WRITES(out += "*2\r\n$3\r\nGET\r\n$100000\r\n",
                     out.append(60'000, 'x'))},
    {"length_cut", "a length is cut in its middle", When::kOpen, Then::kFin,
     false, TIDEMARK_WRITES(out += "*2\r\n$3\r\nGET\r\n$1")},

    // Inline commands and other protocols.
    {"inline_command", "a command as a line of text", When::kOpen, Then::kAwait,
     true, TIDEMARK_WRITES(out += "PING\r\nECHO \"a b\"\r\n")},
    {"inline_quotes", "an inline command with an open quote", When::kOpen,
     Then::kAwait, false, TIDEMARK_WRITES(out += "ECHO \"open\r\n")},
    {"inline_64k", "64 KiB without a line end", When::kFirst, Then::kAwait,
     false, TIDEMARK_WRITES(out.append((64 << 10) + 1, 'x'))},
    {"inline_1m", "1 MiB without a line end", When::kFirst, Then::kAwait, false,
     TIDEMARK_WRITES(out.append(1 << 20, 'x'))},
    {"inline_10000_words", "an inline command of 10,000 words", When::kOpen,
     Then::kAwait, true,
     TIDEMARK_WRITES(out += "EXISTS",
                     [&out] {
                       for (int i = 0; i < 10'000; ++i) out += " x";
                       out += "\r\n";
                     }())},
    {"empty_lines", "1,000 empty lines, then PING", When::kFirst, Then::kAwait,
     true, TIDEMARK_WRITES([&out] {
       for (int i = 0; i < 1000; ++i) out += "\r\n";
       out += "PING\r\n";
     }())},
    {"http_get", "an HTTP request (GET is a command, too)", When::kFirst,
     Then::kAwait, false, TIDEMARK_WRITES(http_request(scene, "GET", out))},
    {"http_post", "an HTTP request (POST)", When::kFirst, Then::kAwait, false,
     TIDEMARK_WRITES(http_request(scene, "POST", out))},

    // Wrong commands.
    {"unknown_command", "a command that there is not", When::kOpen,
     Then::kAwait, false,
     TIDEMARK_WRITES(command("TIDEMARK_UNKNOWN a b", out))},
    {"empty_command", "a command whose word is empty", When::kOpen,
     Then::kAwait, false, TIDEMARK_WRITES(append_command({""}, out))},
    {"long_command", "a command word of 100,000 bytes", When::kOpen,
     Then::kAwait, false,
     TIDEMARK_WRITES(append_command({std::string(100'000, 'C')}, out))},
    {"too_few_arguments", "GET without a key", When::kOpen, Then::kAwait, false,
     TIDEMARK_WRITES(command("GET", out))},
    {"too_many_arguments", "GET with three keys", When::kOpen, Then::kAwait,
     false, TIDEMARK_WRITES(command("GET a b c", out))},
    {"ten_thousand_arguments", "EXISTS with 10,000 keys", When::kOpen,
     Then::kAwait, true,
     TIDEMARK_WRITES(many_names("EXISTS", "x", 10'000, out))},
    {"wrong_type", "LPUSH to a key that holds a text", When::kOpen,
     Then::kAwait, false,
     TIDEMARK_WRITES(wrong_type(scene, "LPUSH", "x", out))},
    {"wrong_type_read", "SISMEMBER of a key that holds a text", When::kOpen,
     Then::kAwait, false,
     TIDEMARK_WRITES(wrong_type(scene, "SISMEMBER", "x", out))},
    {"no_integer", "INCRBY of a key that holds a text", When::kOpen,
     Then::kAwait, false,
     TIDEMARK_WRITES(wrong_type(scene, "INCRBY", "1", out))},
    {"set_bad_options", "SET with options that exclude each other", When::kOpen,
     Then::kAwait, false,
     TIDEMARK_WRITES(command("SET tidemark:options x NX XX EX 5", out))},
    {"set_bad_expiry", "SET that expires in -1 s", When::kOpen, Then::kAwait,
     false, TIDEMARK_WRITES(command("SET tidemark:expiry x EX -1", out))},
    {"select_99999", "a database that there is not", When::kOpen, Then::kAwait,
     false, TIDEMARK_WRITES(command("SELECT 99999", out))},
    {"pipeline_good_and_bad", "50 commands, half of them wrong", When::kOpen,
     Then::kAwait, false, good_and_bad},
    {"pipeline_1000_unread", "1,000 commands, then RST, nothing read",
     When::kOpen, Then::kReset, true, TIDEMARK_WRITES([&out] {
       const std::string value(1024, 'x');
       for (int i = 0; i < 1000; ++i) append_command({"ECHO", value}, out);
     }())},

    // Transactions.
    {"multi_then_fin", "MULTI and a command, then FIN", When::kOpen, Then::kFin,
     true,
     TIDEMARK_WRITES(command("MULTI", out),
                     set_key("tidemark:multi", "x", out))},
    {"multi_then_reset", "MULTI and a command, then RST", When::kOpen,
     Then::kReset, true,
     TIDEMARK_WRITES(command("MULTI", out),
                     set_key("tidemark:multi", "x", out))},
    {"multi_error_exec", "EXEC after an error in MULTI", When::kOpen,
     Then::kAwait, false,
     TIDEMARK_WRITES(command("MULTI", out), command("TIDEMARK_UNKNOWN", out),
                     set_key("tidemark:multi", "x", out),
                     command("EXEC", out))},
    {"multi_in_multi", "MULTI within MULTI, then DISCARD", When::kOpen,
     Then::kAwait, false,
     TIDEMARK_WRITES(command("MULTI", out), command("MULTI", out),
                     command("WATCH tidemark:watch", out),
                     command("DISCARD", out))},
    {"exec_without_multi", "EXEC without MULTI", When::kOpen, Then::kAwait,
     false, TIDEMARK_WRITES(command("EXEC", out))},
    {"discard_without_multi", "DISCARD without MULTI", When::kOpen,
     Then::kAwait, false, TIDEMARK_WRITES(command("DISCARD", out))},
    {"watch_then_gone", "WATCH of 100 keys, then RST", When::kOpen,
     Then::kReset, true, TIDEMARK_WRITES(many_names("WATCH", "w", 100, out))},

    // Who one is.
    {"auth_wrong", "AUTH with a wrong name and password", When::kFirst,
     Then::kAwait, false,
     TIDEMARK_WRITES(command("AUTH tidemark-nobody wrong", out))},
    {"auth_unset", "AUTH with a password that may not be set", When::kFirst,
     Then::kAwait, false, TIDEMARK_WRITES(command("AUTH wrong", out))},
    {"auth_long", "AUTH with a password of 100,000 bytes", When::kFirst,
     Then::kAwait, false,
     TIDEMARK_WRITES(append_command({"AUTH", std::string(100'000, 'p')}, out))},
    {"hello_99", "HELLO with a version that there is not", When::kFirst,
     Then::kAwait, false, TIDEMARK_WRITES(command("HELLO 99", out))},
    {"hello_wrong_auth", "HELLO 3 with a wrong password", When::kFirst,
     Then::kAwait, false,
     TIDEMARK_WRITES(command("HELLO 3 AUTH tidemark-nobody wrong", out))},
    {"hello_bad_option", "HELLO 3 with an option that there is not",
     When::kFirst, Then::kAwait, false,
     TIDEMARK_WRITES(command("HELLO 3 TIDEMARK x", out))},
    {"hello_back_and_forth", "RESP3 and RESP2 in turns", When::kFirst,
     Then::kAwait, true,
     TIDEMARK_WRITES(command("HELLO 3", out), command("HELLO 2", out),
                     command("HELLO 3", out), command("PING", out))},
    {"setname_bad", "CLIENT SETNAME with a blank in the name", When::kOpen,
     Then::kAwait, false,
     TIDEMARK_WRITES(append_command({"CLIENT", "SETNAME", "a b"}, out))},
    {"client_reply_off", "CLIENT REPLY OFF, then commands", When::kOpen,
     Then::kAwait, true,
     TIDEMARK_WRITES(command("CLIENT REPLY OFF", out), command("PING", out),
                     command("TIDEMARK_UNKNOWN", out), command("QUIT", out))},
    {"client_kill_self", "a client of an own user kills that user's clients",
     When::kOpen, Then::kAwait, true,
     TIDEMARK_WRITES(
         command("ACL SETUSER tidemark reset on nopass +client", out),
         command("AUTH tidemark x", out),
         command("CLIENT KILL USER tidemark SKIPME no", out))},
    {"acl_delete_self", "a client deletes the user that it is", When::kOpen,
     Then::kAwait, true,
     TIDEMARK_WRITES(
         command("ACL SETUSER tidemark-gone reset on nopass +acl", out),
         command("AUTH tidemark-gone x", out),
         command("ACL DELUSER tidemark-gone", out))},
    {"reset", "RESET within MULTI and MONITOR", When::kOpen, Then::kAwait, true,
     TIDEMARK_WRITES(command("MULTI", out), command("PING", out),
                     command("RESET", out), command("PING", out))},
    {"quit_then_commands", "commands behind QUIT", When::kOpen, Then::kAwait,
     true,
     TIDEMARK_WRITES(command("QUIT", out), command("PING", out),
                     command("PING", out))},

    // What lasts: subscriptions, blocking, MONITOR, tracking.
    {"subscribe_then_command", "GET while subscribed (illegal in RESP2)",
     When::kOpen, Then::kAwait, false,
     TIDEMARK_WRITES(command("SUBSCRIBE tidemark:c", out),
                     command("GET tidemark:c", out), command("QUIT", out))},
    {"unsubscribe_without", "UNSUBSCRIBE from nothing", When::kOpen,
     Then::kAwait, true,
     TIDEMARK_WRITES(command("UNSUBSCRIBE", out),
                     command("PUNSUBSCRIBE x", out))},
    {"psubscribe_1000_then_gone", "1,000 patterns, then RST", When::kOpen,
     Then::kReset, true,
     TIDEMARK_WRITES(many_names("PSUBSCRIBE", "p:*", 1000, out))},
    {"subscribe_1000_then_fin", "1,000 channels, then FIN", When::kOpen,
     Then::kFin, true,
     TIDEMARK_WRITES(many_names("SUBSCRIBE", "c", 1000, out))},
    {"blpop_then_fin", "BLPOP without end, then FIN", When::kOpen, Then::kFin,
     true, TIDEMARK_WRITES(command("BLPOP tidemark:none 0", out))},
    {"blpop_then_reset", "BLPOP of 100 keys without end, then RST", When::kOpen,
     Then::kReset, true, TIDEMARK_WRITES([&out] {
       append_number('*', 102, out);
       append_bulk("BLPOP", out);
       for (int i = 0; i < 100; ++i)
         append_bulk(fmt::format("tidemark:none:{}", i), out);
       append_bulk("0", out);
     }())},
    {"blocked_then_commands", "commands behind a BLPOP without end, then RST",
     When::kOpen, Then::kReset, true, TIDEMARK_WRITES([&out] {
       command("BLPOP tidemark:none 0", out);
       const std::string value(1024, 'x');
       for (int i = 0; i < 100; ++i) append_command({"ECHO", value}, out);
     }())},
    {"blpop_bad_timeout", "BLPOP with a timeout of -1", When::kOpen,
     Then::kAwait, false,
     TIDEMARK_WRITES(command("BLPOP tidemark:none -1", out))},
    {"xread_then_gone", "XREAD that blocks, then RST", When::kOpen,
     Then::kReset, true,
     TIDEMARK_WRITES(command("XREAD BLOCK 0 STREAMS tidemark:none $", out))},
    {"wait", "WAIT for a replica that there is not", When::kOpen, Then::kAwait,
     true, TIDEMARK_WRITES(command("WAIT 1 20", out))},
    {"wait_then_gone", "WAIT without end, then FIN", When::kOpen, Then::kFin,
     true,
     TIDEMARK_WRITES(set_key(key("wait", scene), "x", out),
                     command("WAIT 9 0", out))},
    {"monitor_then_gone", "MONITOR, then RST", When::kOpen, Then::kReset, true,
     TIDEMARK_WRITES(command("MONITOR", out))},
    {"tracking_then_gone", "tracked reads of 100 keys, then RST", When::kOpen,
     Then::kReset, true,
     TIDEMARK_WRITES(command("HELLO 3", out),
                     command("CLIENT TRACKING ON", out),
                     many_names("MGET", "t", 100, out))},

    // Scripts.
    {"eval_error", "a script that fails while it runs", When::kOpen,
     Then::kAwait, false,
     TIDEMARK_WRITES(append_command({"EVAL", "return nil + 1", "0"}, out))},
    {"eval_syntax", "a script that is no Lua", When::kOpen, Then::kAwait, false,
     TIDEMARK_WRITES(append_command({"EVAL", "return (", "0"}, out))},
    {"eval_bad_call", "a script that calls an unknown command", When::kOpen,
     Then::kAwait, false,
     TIDEMARK_WRITES(append_command(
         {"EVAL", "return redis.call('TIDEMARK_UNKNOWN')", "0"}, out))},
    {"eval_bad_keys", "a script with fewer keys than it says", When::kOpen,
     Then::kAwait, false,
     TIDEMARK_WRITES(append_command({"EVAL", "return 1", "5", "x"}, out))},
    {"script_cut", "a script that is cut in its middle", When::kOpen,
     Then::kReset, false,
     TIDEMARK_WRITES(out +=
                     "*3\r\n$4\r\nEVAL\r\n$400\r\nlocal a = redis.call(")},
    {"evalsha_unknown", "a script that was never loaded", When::kOpen,
     Then::kAwait, false,
     TIDEMARK_WRITES(
         append_command({"EVALSHA", std::string(40, '0'), "0"}, out))},
};

#undef TIDEMARK_WRITES

}  // namespace

std::span<const Provocation> catalogue() { return kCatalogue; }

}  // namespace tidemark::redis
