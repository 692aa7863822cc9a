#include "drivers/common/ownership.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <mutex>
#include <string>
#include <thread>

#include "tests/support/manual_clock.h"

namespace tidemark {
namespace {

using testing::HasSubstr;

const std::string kDigest(64, 'a');

// Answers every request with the same bytes, as the target's web server.
class FileServer {
 public:
  explicit FileServer(std::string answer) : answer_(std::move(answer)) {
    listener_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(listener_.get(), raw, size), 0);
    EXPECT_EQ(::getsockname(listener_.get(), raw, &size), 0);
    EXPECT_EQ(::listen(listener_.get(), 8), 0);
    std::memcpy(&where_.address, &address, size);
    where_.size = size;
    where_.text = "127.0.0.1";
    thread_ = std::thread([this] { serve(); });
  }
  ~FileServer() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }

  const Endpoint& where() const { return where_; }
  std::string request() {
    const std::lock_guard lock(mutex_);
    return request_;
  }
  int served() {
    const std::lock_guard lock(mutex_);
    return served_;
  }
  void answer(std::string text) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(text);
  }

 private:
  void serve() {
    while (true) {
      const Fd peer(::accept(listener_.get(), nullptr, nullptr));
      if (!peer) return;
      std::string request;
      char chunk[1024];
      while (request.find("\r\n\r\n") == std::string::npos) {
        const ssize_t got = ::recv(peer.get(), chunk, sizeof chunk, 0);
        if (got <= 0) break;
        request.append(chunk, static_cast<std::size_t>(got));
      }
      const std::lock_guard lock(mutex_);
      request_ = request;
      ++served_;
      std::string_view left = answer_;
      while (!left.empty()) {
        const ssize_t sent =
            ::send(peer.get(), left.data(), left.size(), MSG_NOSIGNAL);
        if (sent <= 0) break;
        left.remove_prefix(static_cast<std::size_t>(sent));
      }
    }
  }

  std::mutex mutex_;
  std::string answer_;
  std::string request_;
  int served_ = 0;
  Fd listener_;
  Endpoint where_;
  std::thread thread_;
};

std::string ok(const std::string& body) {
  return fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}",
                     body.size(), body);
}

OwnershipQuestion question(const FileServer& server,
                           std::vector<std::string> hostile = {}) {
  return {server.where(), "shop.example", kDigest, std::move(hostile)};
}

// "" if a target with this answer may be loaded.
std::string refusal(const std::string& answer,
                    std::vector<std::string> hostile = {}) {
  const FileServer server(answer);
  const Status status = check_ownership(question(server, std::move(hostile)));
  if (status) return "";
  EXPECT_EQ(status.error().kind, ErrorKind::kUsage);
  return status.error().message;
}

TEST(Ownership, TheFingerprintIsSha256) {
  EXPECT_EQ(sha256_hex("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Ownership, AFileWithTheFingerprintOnALineAgrees) {
  EXPECT_EQ(refusal(ok(kDigest)), "");
  EXPECT_EQ(refusal(ok("# for the load test\r\n  " + kDigest + " \r\nx\n")),
            "");
  EXPECT_EQ(refusal(ok(std::string(64, 'A') + "\n")), "");
  EXPECT_EQ(refusal("HTTP/1.0 200 OK\r\n\r\n" + kDigest), "");
}

TEST(Ownership, OnlyTheGivenAddressIsAskedAndTheNameIsSaid) {
  FileServer server(ok(kDigest));
  EXPECT_TRUE(check_ownership(question(server)));
  EXPECT_EQ(server.request(),
            "GET /.well-known/tidemark.txt HTTP/1.0\r\nHost: shop.example\r\n"
            "User-Agent: tidemark\r\nAccept: text/plain\r\n"
            "Connection: close\r\n\r\n");
}

TEST(Ownership, AWrongFileIsRefusedWithWhatToDo) {
  const FileServer server(ok("hello\nworld\n"));
  const Status status = check_ownership(question(server));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message,
            "target refused: 127.0.0.1 does not agree to this load: wanted "
            "the line `" +
                kDigest +
                "` in http://shop.example/.well-known/tidemark.txt (asked at "
                "127.0.0.1), found `hello` first");
  EXPECT_EQ(status.error().hint,
            "who owns the target makes the file .well-known/tidemark.txt, in "
            "the\nfolder that its web server serves at /, with this line:\n"
            "  " +
                kDigest +
                "\nThe digits are the scenario file's SHA-256: they change "
                "with it.");
}

TEST(Ownership, NothingButThatLineWillDo) {
  for (const std::string& body :
       {std::string(), std::string("\n"), kDigest.substr(1), kDigest + "a",
        "x" + kDigest, "sha256 " + kDigest, std::string(64, 'b')})
    EXPECT_NE(refusal(ok(body)), "") << body;
}

TEST(Ownership, AnAnswerThatIsNotTheFileIsRefused) {
  EXPECT_THAT(refusal("HTTP/1.1 404 Not Found\r\n\r\n" + kDigest),
              HasSubstr("found HTTP 404"));
  EXPECT_THAT(refusal("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n"
                      "Content-Length: 64\r\n\r\n" +
                      kDigest),
              HasSubstr("found HTTP 302, a redirect, which is not followed"));
  EXPECT_THAT(refusal("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "40\r\n" +
                      kDigest + "\r\n0\r\n\r\n"),
              HasSubstr("an encoded answer"));
  EXPECT_THAT(
      refusal("HTTP/1.1 200 OK\r\nContent-Length: 65\r\n\r\n" + kDigest),
      HasSubstr("found half an answer"));
  EXPECT_THAT(refusal("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n" + kDigest),
              HasSubstr("no known length"));
  EXPECT_THAT(refusal("SSH-2.0-OpenSSH_9.2\r\n\r\n" + kDigest),
              HasSubstr("not HTTP"));
  EXPECT_THAT(refusal(""), HasSubstr("found no answer"));
  EXPECT_THAT(refusal("HTTP/1.1 200 OK\r\n"), HasSubstr("half an answer"));
}

TEST(Ownership, AFileThatIsTooLargeIsRefused) {
  const std::string much(kMaxOwnershipBytes + 1, '\n');
  EXPECT_THAT(refusal("HTTP/1.1 200 OK\r\n\r\n" + much + kDigest),
              HasSubstr("more than 64 KiB"));
  EXPECT_THAT(refusal("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n"),
              HasSubstr("more than 64 KiB"));
}

TEST(Ownership, NobodyThereIsARefusalToo) {
  Endpoint nobody;
  {
    const FileServer server("");
    nobody = server.where();
  }
  const Status status = check_ownership({nobody, "shop.example", kDigest, {}});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(status.error().message, HasSubstr("Connection refused"));
}

TEST(Ownership, HostileWaysNeedALineOfTheirOwn) {
  EXPECT_THAT(refusal(ok(kDigest + "\n"), {"reset", "stall"}),
              HasSubstr("wanted the line `tidemark: hostile`, for the hostile "
                        "reset, stall, in http://shop.example"));
  EXPECT_EQ(refusal(ok(kDigest + "\ntidemark: hostile\n"), {"reset"}), "");
  EXPECT_NE(refusal(ok("tidemark: hostile\n"), {"reset"}), "");
}

TEST(Ownership, TheLeaveIsAskedForAgainAndAgain) {
  FileServer server(ok(kDigest));
  ManualClock clock;
  OwnershipWatch watch({question(server)}, clock);
  EXPECT_TRUE(watch.check_if_due());
  clock.advance(kOwnershipInterval - Duration(1));
  EXPECT_TRUE(watch.check_if_due());
  EXPECT_EQ(server.served(), 1);
  clock.advance(Duration(1));
  EXPECT_TRUE(watch.check_if_due());
  EXPECT_EQ(server.served(), 2);
  server.answer("HTTP/1.1 404 Not Found\r\n\r\n");
  clock.advance(kOwnershipInterval);
  const Status status = watch.check_if_due();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::kEnvironment);
  EXPECT_THAT(status.error().message,
              HasSubstr("the leave was withdrawn during the run"));
}

TEST(Ownership, EveryAddressIsAsked) {
  FileServer good(ok(kDigest));
  FileServer bad("HTTP/1.1 404 Not Found\r\n\r\n");
  ManualClock clock;
  OwnershipWatch watch({question(good), question(bad)}, clock);
  EXPECT_FALSE(watch.check_if_due());
  EXPECT_EQ(good.served(), 1);
  EXPECT_EQ(bad.served(), 1);
}

// However it is split, an answer means the same.
TEST(OwnershipAnswer, IsReadInWhateverPiecesItComes) {
  const std::string answer = ok(kDigest);
  for (std::size_t cut = 0; cut < answer.size(); ++cut) {
    const auto part = parse_ownership_answer(answer.substr(0, cut), false);
    ASSERT_TRUE(part) << cut;
    EXPECT_FALSE(*part) << cut;
  }
  EXPECT_EQ(**parse_ownership_answer(answer, false), kDigest);
}

}  // namespace
}  // namespace tidemark
