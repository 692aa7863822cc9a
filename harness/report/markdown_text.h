// Text for Markdown. Private to the reports.
#pragma once

#include <string>
#include <string_view>

namespace tidemark {

// As plain text, also inside a table: nothing of it is markup.
std::string markdown_plain(std::string_view text);

}  // namespace tidemark
