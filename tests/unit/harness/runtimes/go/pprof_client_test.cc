#include "harness/runtimes/go/pprof_client.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "tests/unit/drivers/common/tls_files.h"
#include "tests/unit/harness/runtimes/go/page_server.h"

namespace tidemark::go {
namespace {

using testing::HasSubstr;
using testing::Not;

Result<std::string> fetch(PprofAccess access, const std::string& page = "heap",
                          std::size_t most = kMostBody) {
  Result<PprofClient> client = PprofClient::make(access, "");
  TIDEMARK_TRY(client);
  return client->get(page, most);
}

PprofAccess at(const PageServer& server) {
  PprofAccess access;
  access.url = server.url();
  return access;
}

// The complaint about a server that gives this answer, with its hint.
std::string trouble(const std::string& answer) {
  const PageServer server([&](const std::string&) { return answer; });
  const Result<std::string> got = fetch(at(server));
  if (got) return "";
  EXPECT_EQ(got.error().kind, ErrorKind::kEnvironment);
  EXPECT_THAT(got.error().message, HasSubstr("/debug/pprof/heap: "));
  return got.error().message + " | " + got.error().hint;
}

TEST(PprofUrl, IsTheLoadsOwnAddressUnlessItIsSaid) {
  const auto url = [](const std::string& said, const std::string& load) {
    const Result<LoadUrl> found = pprof_url(said, load);
    if (!found) return found.error().message;
    return fmt::format("{}://{}{}{}", found->scheme, found->authority(),
                       found->unix_path, found->resource);
  };
  EXPECT_EQ(url("", "ws://127.0.0.1:9001/chat?a=b"),
            "http://127.0.0.1:9001/debug/pprof/");
  EXPECT_EQ(url("", "wss://[::1]:9001"), "https://[::1]:9001/debug/pprof/");
  EXPECT_EQ(url("", "http+unix:/run/a.sock:/x"),
            "http://localhost/run/a.sock/debug/pprof/");
  EXPECT_EQ(url("http://127.0.0.1:6060", ""),
            "http://127.0.0.1:6060/debug/pprof/");
  EXPECT_EQ(url("http://127.0.0.1:6060/internal/pprof", ""),
            "http://127.0.0.1:6060/internal/pprof/");
  EXPECT_EQ(url("unix:/run/a.sock", ""),
            "http://localhost/run/a.sock/debug/pprof/");
  EXPECT_THAT(url("", "redis://127.0.0.1:6379"), HasSubstr("is missing"));
  EXPECT_THAT(url("ftp://127.0.0.1/", ""), HasSubstr("target.pprof.url"));
}

TEST(PprofUrl, APasswordInItIsNotRepeated) {
  const Result<LoadUrl> url = pprof_url("http://me:hush@127.0.0.1:1/", "");
  ASSERT_FALSE(url);
  EXPECT_THAT(url.error().message, Not(HasSubstr("hush")));
}

TEST(PprofUrl, AQueryInItIsRefusedAndNotRepeated) {
  const Result<LoadUrl> url =
      pprof_url("http://127.0.0.1:1/debug/pprof/?token=hush", "");
  ASSERT_FALSE(url);
  EXPECT_EQ(url.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(url.error().message, HasSubstr("found a query in it"));
  EXPECT_THAT(url.error().message, Not(HasSubstr("hush")));
}

TEST(PprofClient, GetsAPageAndSaysWhatItWants) {
  std::string request;
  const PageServer server([&](const std::string& asked) {
    request = asked;
    return ok("profile");
  });
  const Result<std::string> got = fetch(at(server), "heap?gc=1");
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(*got, "profile");
  EXPECT_THAT(request, HasSubstr("GET /debug/pprof/heap?gc=1 HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(request, Not(HasSubstr("Authorization")));
}

TEST(PprofClient, HasCredentials) {
  std::string request;
  const PageServer server([&](const std::string& asked) {
    request = asked;
    return ok("");
  });
  PprofAccess access = at(server);
  access.user = "me";
  access.password = "hush";
  ASSERT_TRUE(fetch(access));
  EXPECT_THAT(request, HasSubstr("\r\nAuthorization: Basic bWU6aHVzaA==\r\n"));
  access.user = access.password = "";
  access.bearer = "token";
  ASSERT_TRUE(fetch(access));
  EXPECT_THAT(request, HasSubstr("\r\nAuthorization: Bearer token\r\n"));
  access.bearer = "two\nlines";
  const Result<std::string> refused = fetch(access);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kUsage);
}

TEST(PprofClient, AWrongPasswordIsToldAndNotRepeated) {
  const PageServer server([](const std::string&) {
    return "HTTP/1.1 401 Unauthorized\r\nContent-Length: 4\r\n\r\nhush";
  });
  PprofAccess access = at(server);
  const Result<std::string> none = fetch(access);
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("HTTP 401, access refused"));
  EXPECT_THAT(none.error().hint, HasSubstr("user and password, or bearer"));
  access.user = "me";
  access.password = "hush";
  const Result<std::string> wrong = fetch(access);
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().hint, HasSubstr("does not take the credentials"));
  EXPECT_THAT(wrong.error().message + wrong.error().hint,
              Not(HasSubstr("hush")));
}

TEST(PprofClient, APageThatShowsWhatItWasAskedWithIsNotRepeated) {
  const PageServer server([](const std::string& asked) {
    const std::string body = "hush: " + asked.substr(asked.find("Basic"));
    return fmt::format("HTTP/1.1 500 Oh\r\nContent-Length: {}\r\n\r\n{}",
                       body.size(), body);
  });
  PprofAccess access = at(server);
  access.user = "me";
  access.password = "hush";
  const Result<std::string> got = fetch(access);
  ASSERT_FALSE(got);
  EXPECT_THAT(got.error().message, HasSubstr("HTTP 500: `…: Basic …"));
  EXPECT_THAT(got.error().message, Not(HasSubstr("hush")));
  EXPECT_THAT(got.error().message, Not(HasSubstr("bWU6")));
}

TEST(PprofClient, WithoutAScenarioNoHintNamesItsKeys) {
  for (const char* answer : {"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n",
                             "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n",
                             "HTTP/1.1 302 No\r\nContent-Length: 0\r\n\r\n"}) {
    const PageServer server([&](const std::string&) { return answer; });
    Result<PprofClient> client = PprofClient::make(at(server), "", {{}, false});
    ASSERT_TRUE(client);
    const Result<std::string> got = client->get("heap");
    ASSERT_FALSE(got);
    EXPECT_THAT(got.error().hint, Not(HasSubstr("target.pprof")));
    EXPECT_NE(got.error().hint, "");
  }
}

TEST(PprofClient, EveryOtherAnswerIsTold) {
  EXPECT_THAT(trouble("HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/x\r\n"
                      "Content-Length: 0\r\n\r\n"),
              testing::AllOf(HasSubstr("a redirect to `http://10.0.0.1/x`"),
                             HasSubstr("redirects are not followed")));
  EXPECT_THAT(
      trouble("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnope"),
      testing::AllOf(HasSubstr("HTTP 404: `nope`"),
                     HasSubstr("import _ \"net/http/pprof\"")));
  EXPECT_THAT(trouble("HTTP/1.1 500 Oh\r\nContent-Length: 4\r\n\r\nbang"),
              HasSubstr("HTTP 500: `bang`"));
  EXPECT_THAT(trouble("+PONG\r\n"), HasSubstr("not HTTP"));
  EXPECT_THAT(trouble("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
              HasSubstr("5 bytes before the length that it had told"));
  EXPECT_THAT(trouble("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nmore"),
              HasSubstr("more than the length that it had told"));
  EXPECT_THAT(trouble(""), HasSubstr("no answer: the connection ended"));
}

TEST(PprofClient, ASlowServiceIsNotWaitedForLonger) {
  const PageServer server(
      [](const std::string&) {
        return "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf";
      },
      true);
  PprofAccess access = at(server);
  access.timeout = std::chrono::milliseconds(80);
  const Result<std::string> got = fetch(access);
  ASSERT_FALSE(got);
  EXPECT_THAT(got.error().message,
              HasSubstr("no whole answer within 0.08 s, 4 bytes of it"));
  EXPECT_THAT(got.error().hint, HasSubstr("target.pprof.timeout"));
}

TEST(PprofClient, AServiceThatAlwaysSendsIsNotWaitedForLonger) {
  const PageServer server(
      [](const std::string&) {
        return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
      },
      false, {}, nullptr, "1;" + std::string(4000, 'x') + "\r\nx\r\n");
  PprofAccess access = at(server);
  access.timeout = std::chrono::milliseconds(80);
  const Result<std::string> got = fetch(access);
  ASSERT_FALSE(got);
  EXPECT_THAT(got.error().message, HasSubstr("no whole answer within 0.08 s"));
}

TEST(PprofClient, WhoIsInterruptedDoesNotWait) {
  const PageServer server([](const std::string&) { return std::string(); },
                          true);
  int asked = 0;
  Result<PprofClient> client =
      PprofClient::make(at(server), "", {[&] { return ++asked > 6; }});
  ASSERT_TRUE(client);
  const Result<std::string> got = client->get("heap");
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind, ErrorKind::kInterrupted);
  EXPECT_EQ(got.error().message, "interrupted");
}

TEST(PprofClient, AProfileWithoutEndIsRefused) {
  const PageServer server([](const std::string&) {
    return "HTTP/1.1 200 OK\r\n\r\n" + std::string(3 << 20, 'x');
  });
  const Result<std::string> got = fetch(at(server), "heap", 1 << 20);
  ASSERT_FALSE(got);
  EXPECT_THAT(got.error().message, HasSubstr("more than 1 MiB"));
}

TEST(PprofClient, NobodyListensIsTold) {
  PprofAccess access;
  {
    const PageServer gone([](const std::string&) { return std::string(); });
    access.url = gone.url();
  }
  Result<PprofClient> client = PprofClient::make(access, "");
  ASSERT_TRUE(client);
  EXPECT_FALSE(client->is_listening());
  const Result<std::string> got = client->get("heap");
  ASSERT_FALSE(got);
  EXPECT_THAT(got.error().message, HasSubstr("cannot connect: "));
}

TEST(PprofClient, OtherMachinesAreRefused) {
  PprofAccess access;
  access.url = "http://192.0.2.1:6060/debug/pprof/";
  const Result<std::string> got = fetch(access);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(got.error().message, HasSubstr("not a loopback address"));
}

TEST(PprofClient, SpeaksThroughAUnixSocket) {
  const std::string path =
      fmt::format("{}/pprof-{}.sock", testing::TempDir(), ::getpid());
  const PageServer server([](const std::string&) { return ok("profile"); },
                          false, path);
  const Result<std::string> got = fetch(at(server));
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(*got, "profile");
}

TEST(PprofClient, SpeaksTls) {
  ::signal(SIGPIPE, SIG_IGN);
  wire_test::TlsFiles files;
  const PageServer server([](const std::string&) { return ok("profile"); },
                          false, {}, files.server(true));
  PprofAccess access = at(server);
  // Nobody has vouched for it.
  Result<std::string> got = fetch(access);
  ASSERT_FALSE(got);
  EXPECT_THAT(got.error().message, HasSubstr("certificate"));
  EXPECT_THAT(got.error().hint, HasSubstr("caFile"));
  // It asks for our certificate.
  access.ca_file = files.path("ca.pem");
  EXPECT_FALSE(fetch(access));
  access.certificate_file = files.path("client.pem");
  access.key_file = files.path("client.key");
  got = fetch(access);
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(*got, "profile");
  access.ca_file.clear();
  access.verify = false;
  EXPECT_TRUE(fetch(access));
  access.ca_file = "/no/such/file.pem";
  access.verify = true;
  got = fetch(access);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind, ErrorKind::kUsage);
}

TEST(PprofClient, PostsABody) {
  std::string request;
  const PageServer server([&](const std::string& asked) {
    request = asked;
    return ok("0x1 f\n");
  });
  Result<PprofClient> client = PprofClient::make(at(server), "");
  ASSERT_TRUE(client);
  ASSERT_TRUE(client->post("symbol", "0x1"));
  EXPECT_THAT(request, HasSubstr("POST /debug/pprof/symbol HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nContent-Length: 3\r\n"));
}

}  // namespace
}  // namespace tidemark::go
