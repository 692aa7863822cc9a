// Parts of an HTML page. Texts that go in are plain and escaped here; what
// comes out, and what is named `html`, is markup. Private to this folder.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark {

// <tag class="css">text</tag>, the text escaped; without a class if `css` is
// empty.
std::string html_text(std::string_view tag, const std::string& text,
                      std::string_view css = {});

// What may be read and need not be: closed until somebody opens it, or prints.
std::string html_details(const std::string& summary, const std::string& html);

// Columns that line up: as it is, line by line.
std::string html_preformatted(const std::string& text);

// JSON inside of a script element: nothing in it can end the element or is
// seen as markup, whatever text it has.
std::string html_json(const nlohmann::ordered_json& json);

struct HtmlColumn {
  std::string title;
  bool number = false;  // flush right
};

// A table with a caption; the first cell of a row is its heading.
class HtmlTable {
 public:
  HtmlTable(std::string caption, std::vector<HtmlColumn> columns);

  void add(const std::vector<std::string>& cells, std::string_view css = {});
  // Cell by cell: a class, or none.
  void add(const std::vector<std::string>& cells,
           const std::vector<std::string>& classes);
  // The last cell is markup.
  void add_drawn(const std::vector<std::string>& cells,
                 const std::string& html);
  bool empty() const { return rows_.empty(); }
  std::string html() const;

 private:
  std::string cells_html(const std::vector<std::string>& cells) const;

  std::string caption_;
  std::vector<HtmlColumn> columns_;
  std::string rows_;
};

// Names and what they are, as "command", "chat --port 1"; without those that
// are empty.
class HtmlFacts {
 public:
  void add(const std::string& name, const std::string& text);
  void add_html(const std::string& name, const std::string& html);
  std::string html() const;

 private:
  std::string items_;
};

// A bar of a chart that is drawn by the program.
struct HtmlBar {
  double value = 0;
  std::string told;  // "cycle 4: 100 connections, 100 blocks"
};

// Bars side by side, all from one base line; `told` is the whole in words.
std::string html_bars(const std::vector<HtmlBar>& bars,
                      const std::string& told);

}  // namespace tidemark
