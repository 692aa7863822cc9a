// A step of a flow as an HTTP request, encoded as far as it can be before it
// is sent.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/common/conversation.h"
#include "drivers/common/load_url.h"
#include "drivers/common/text_template.h"

namespace tidemark::http {

class HttpRequest final : public Request {
 public:
  bool head_only = false;   // HEAD: its reply has no body
  bool tunnels = false;     // CONNECT: 2xx is followed by anything
  bool keep_head = false;   // Reply::head is needed
  bool any_status = false;  // the expectation judges the status

  // `scratch` is used for bodies whose length is not known before.
  void append(const Sending& sending, std::string& scratch,
              std::string& out) const;

 private:
  friend class RequestBuilder;

  enum class Clean : std::uint8_t { kTarget, kValue };
  // Texts that are made anew for each sending are clean only afterwards: a
  // captured line end must not make two requests of one.
  struct Varying {
    TextTemplate text;
    Clean clean;
    std::string then;  // what follows, constant
  };

  std::string begin_;  // if nothing varies: all of the request
  std::vector<Varying> varying_;
  std::optional<TextTemplate> body_;
  bool chunked_ = false;
};

// What the requests of a load have in common.
struct RequestDefaults {
  LoadUrl url;
  std::map<std::string, std::string> headers;
};

// kUsage: says what cannot be sent.
Status check_headers(const std::map<std::string, std::string>& headers);

Result<std::unique_ptr<Request>> prepare_request(
    const RequestDefaults& defaults, const Step& step,
    const VariableNames& names);

// The first lines of a request without its method, each with its end: for
// requests that are never whole. Texts that vary are left out.
std::string constant_opening(const RequestDefaults& defaults);

}  // namespace tidemark::http
