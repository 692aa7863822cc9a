// EXPECT pass
//
// Orders as JSON, enciphered (field case C4): each request builds a document
// and two more texts from it, and frees all of them. Much is allocated and
// nothing is kept. With --reuse=1 the three texts are made once and used again:
// the change that its owner is thinking of. A connection has a session of
// --session bytes for as long as it is open.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "common/http_server.h"
#include "common/options.h"
#include "common/ws_server.h"

namespace {

constexpr int kItems = 400;

// A stand-in for a cipher: as much work and memory, and no secret.
[[gnu::noinline]] void encipher(std::string_view plain, std::string& sealed) {
  std::uint32_t state = 0x9E3779B9u;
  for (const char byte : plain) {
    state = state * 1664525u + 1013904223u;
    sealed +=
        static_cast<char>(static_cast<unsigned char>(byte) ^ (state >> 24));
  }
}

[[gnu::noinline]] void to_hex(std::string_view sealed, std::string& text) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (const char byte : sealed) {
    text += kDigits[static_cast<unsigned char>(byte) >> 4];
    text += kDigits[static_cast<unsigned char>(byte) & 15];
  }
}

[[gnu::noinline]] void marshal(std::string& json) {
  json += "{\"items\":[";
  for (int i = 0; i < kItems; ++i)
    json += "{\"sku\":\"A-" + std::to_string(100000 + i) +
            "\",\"amount\":" + std::to_string(i % 7 + 1) + "},";
  json += "null]}";
}

struct Texts {
  std::string json;
  std::string sealed;
  std::string hex;

  void clear() {
    json.clear();
    sealed.clear();
    hex.clear();
  }
};

class Envelope final : public specimen::HttpService {
 public:
  Envelope(bool reuse, std::size_t session)
      : reuse_(reuse), session_(session) {}

  std::unique_ptr<specimen::HttpVisitor> visit(
      boost::asio::io_context&) override {
    return std::make_unique<Visitor>(*this);
  }
  std::string truth() const override {
    return specimen::truth_line(
        0, 0, "kept by " + std::to_string(requests_) + " requests");
  }

 private:
  class Visitor final : public specimen::HttpVisitor {
   public:
    explicit Visitor(Envelope& service)
        : service_(service), session_(service.session_, 's') {}

    void get(const std::string& path, specimen::Reply reply) override {
      if (path != "/order") return reply(404, "try /order\n");
      reply(200, service_.order());
    }

   private:
    Envelope& service_;
    std::string session_;
  };

  std::string order() {
    ++requests_;
    if (reuse_) {
      shared_.clear();
      return sealed_by(shared_);
    }
    Texts own;
    return sealed_by(own);
  }

  static std::string sealed_by(Texts& texts) {
    marshal(texts.json);
    encipher(texts.json, texts.sealed);
    to_hex(texts.sealed, texts.hex);
    return texts.hex.substr(0, 1024);
  }

  bool reuse_;
  std::size_t session_;
  Texts shared_;
  std::uint64_t requests_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  const specimen::Options options(count, arguments);
  Envelope service(options.number("reuse", 0) != 0,
                   options.number("session", 65536));
  return specimen::serve_http(options.port(), service);
}
