// The frame of an HTML page: one file with all that it needs, which fetches
// nothing, from nowhere. Private to this folder.
//
//   <head>   title, content security policy, style
//   <body>   header with the verdict, links to the sections, sections
//            <script type="application/json">  what plots and tables are of
//            <script>                          what draws them
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace tidemark {

struct HtmlSection {
  std::string id;     // of its element
  std::string title;  // plain
  std::string html;   // empty: it is left out
};

struct HtmlPage {
  std::string title;     // of the document; plain, as the next two
  std::string verdict;   // "LEAK"
  std::string mood;      // class of the verdict: "good", "bad", "doubt"
  std::string subject;   // "chat-guilty"
  std::string sentence;  // why
  std::string below;     // html behind it
  std::vector<HtmlSection> sections;
  nlohmann::ordered_json data;
  std::string tidemark_version;
};

std::string html_page(const HtmlPage& page);

}  // namespace tidemark
