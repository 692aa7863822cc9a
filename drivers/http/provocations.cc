#include "drivers/http/provocations.h"

#include <vector>

namespace tidemark::http {

std::span<const Provocation> provocations() {
  static const std::vector<Provocation> kAll = [] {
    std::vector<Provocation> all;
    for (const std::span<const Provocation> some :
         {start_line_provocations(), header_provocations(), body_provocations(),
          connection_provocations()})
      all.insert(all.end(), some.begin(), some.end());
    return all;
  }();
  return kAll;
}

void append_usual_headers(const ProvocationScene& scene, std::string& out) {
  out.append("Host: ").append(scene.authority).append("\r\n");
  out.append(scene.extra_headers).append("Connection: close\r\n");
}

void append_request(const ProvocationScene& scene, std::string_view line,
                    std::string& out) {
  out.append(line).append("\r\n");
  append_usual_headers(scene, out);
  out += "\r\n";
}

void append_get(const ProvocationScene& scene, std::string_view headers,
                std::string& out) {
  out.append("GET ").append(scene.resource).append(" HTTP/1.1\r\n");
  append_usual_headers(scene, out);
  out.append(headers).append("\r\n");
}

void append_post(const ProvocationScene& scene, std::string_view headers,
                 std::string_view body, std::string& out) {
  out.append("POST ").append(scene.resource).append(" HTTP/1.1\r\n");
  append_usual_headers(scene, out);
  out.append(headers).append("\r\n").append(body);
}

}  // namespace tidemark::http
