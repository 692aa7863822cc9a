// The catalogue of unusual and illegal HTTP requests.
#pragma once

#include <span>

#include "drivers/common/provocation.h"

namespace tidemark::http {

// All of them: of the start line, of headers, of bodies and of connections.
std::span<const Provocation> provocations();

std::span<const Provocation> start_line_provocations();
std::span<const Provocation> header_provocations();
std::span<const Provocation> body_provocations();
std::span<const Provocation> connection_provocations();

// `Host`, the load's own headers, and "Connection: close", so that a service
// that takes no offence leaves at once.
void append_usual_headers(const ProvocationScene& scene, std::string& out);

// A whole request whose first line is `line`.
void append_request(const ProvocationScene& scene, std::string_view line,
                    std::string& out);

// A GET of the load's resource that has `headers`, each with its end, beside
// the usual ones.
void append_get(const ProvocationScene& scene, std::string_view headers,
                std::string& out);

// A POST with `headers`, and what follows its head.
void append_post(const ProvocationScene& scene, std::string_view headers,
                 std::string_view body, std::string& out);

}  // namespace tidemark::http
