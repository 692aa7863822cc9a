// Text for XML. Private to the reports.
#pragma once

#include <string>

namespace tidemark {

// Markup escaped. REQUIRES: printable, so that XML 1.0 can hold it.
std::string escaped(const std::string& text);

}  // namespace tidemark
