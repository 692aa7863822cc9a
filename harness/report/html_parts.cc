#include "harness/report/html_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "harness/report/xml.h"

namespace tidemark {
namespace {

std::string class_attribute(std::string_view css) {
  return css.empty() ? "" : fmt::format(" class=\"{}\"", css);
}

}  // namespace

std::string html_text(std::string_view tag, const std::string& text,
                      std::string_view css) {
  return fmt::format("<{}{}>{}</{}>\n", tag, class_attribute(css),
                     escaped(text), tag);
}

std::string html_details(const std::string& summary, const std::string& html) {
  return fmt::format("<details><summary>{}</summary>\n{}</details>\n",
                     escaped(summary), html);
}

std::string html_preformatted(const std::string& text) {
  if (text.empty()) return {};
  // A newline behind the tag is none of the text: the first line is kept.
  return fmt::format("<pre tabindex=\"0\">\n{}</pre>\n",
                     escaped(text.substr(text.starts_with('\n') ? 1 : 0)));
}

std::string html_json(const nlohmann::ordered_json& json) {
  using Json = nlohmann::ordered_json;
  const std::string plain =
      json.dump(-1, ' ', true, Json::error_handler_t::replace);
  std::string safe;
  safe.reserve(plain.size());
  for (const char c : plain) {
    if (c == '<' || c == '>' || c == '&')
      safe += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else
      safe += c;
  }
  return safe;
}

HtmlTable::HtmlTable(std::string caption, std::vector<HtmlColumn> columns)
    : caption_(std::move(caption)), columns_(std::move(columns)) {}

std::string HtmlTable::cells_html(const std::vector<std::string>& cells) const {
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const char* number = columns_[i].number ? " class=\"number\"" : "";
    text += i == 0 ? fmt::format("<th scope=\"row\"{}>{}</th>", number,
                                 escaped(cells[i]))
                   : fmt::format("<td{}>{}</td>", number, escaped(cells[i]));
  }
  return text;
}

void HtmlTable::add(const std::vector<std::string>& cells,
                    std::string_view css) {
  rows_ +=
      fmt::format("<tr{}>{}</tr>\n", class_attribute(css), cells_html(cells));
}

void HtmlTable::add_drawn(const std::vector<std::string>& cells,
                          const std::string& html) {
  rows_ += fmt::format("<tr>{}<td>{}</td></tr>\n", cells_html(cells), html);
}

void HtmlTable::add(const std::vector<std::string>& cells,
                    const std::vector<std::string>& classes) {
  rows_ += "<tr>";
  for (std::size_t i = 0; i < cells.size(); ++i)
    rows_ += fmt::format(
        "<{0}{1}{2}>{3}</{0}>", i == 0 ? "th" : "td",
        i == 0 ? " scope=\"row\"" : "",
        class_attribute(i < classes.size() ? classes[i] : std::string()),
        escaped(cells[i]));
  rows_ += "</tr>\n";
}

// Wider than the page it is scrolled, also by the keyboard.
std::string HtmlTable::html() const {
  if (empty()) return {};
  std::string text = fmt::format(
      "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"{0}\">"
      "<table><caption>{0}</caption>\n<thead><tr>",
      escaped(caption_));
  for (const HtmlColumn& column : columns_)
    text += fmt::format("<th scope=\"col\"{}>{}</th>",
                        column.number ? " class=\"number\"" : "",
                        escaped(column.title));
  return text + "</tr></thead>\n<tbody>\n" + rows_ + "</tbody></table></div>\n";
}

void HtmlFacts::add(const std::string& name, const std::string& text) {
  if (!text.empty()) add_html(name, escaped(text));
}

void HtmlFacts::add_html(const std::string& name, const std::string& html) {
  if (!html.empty())
    items_ += fmt::format("<dt>{}</dt><dd>{}</dd>\n", escaped(name), html);
}

std::string HtmlFacts::html() const {
  return items_.empty() ? "" : "<dl class=\"facts\">\n" + items_ + "</dl>\n";
}

std::string html_bars(const std::vector<HtmlBar>& bars,
                      const std::string& told) {
  constexpr double kHeight = 100;
  constexpr std::size_t kWide = 10, kGap = 2, kFew = 16, kMany = 60;
  double most = 0;
  for (const HtmlBar& bar : bars) most = std::max(most, bar.value);
  if (!(most > 0)) return {};
  std::string text = fmt::format(
      "<svg class=\"bars{}\" role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {} "
      "{:g}\" preserveAspectRatio=\"none\">\n",
      bars.size() < kFew ? " few" : "", escaped(told), bars.size() * kWide,
      kHeight);
  // Few of them tell what they are where the mouse is, all over their column;
  // many are one line.
  std::string line;
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const double high = std::max(bars[i].value, 0.0) / most * kHeight;
    const std::size_t left = i * kWide + kGap / 2;
    if (bars.size() > kMany)
      line += fmt::format("M{} {:g}v-{:.2f}h{}v{:.2f}z", left, kHeight, high,
                          kWide - kGap, high);
    else
      text += fmt::format(
          "<g><title>{}</title><rect class=\"ground\" x=\"{}\" y=\"0\" "
          "width=\"{}\" height=\"{:g}\"/><rect class=\"bar\" x=\"{}\" "
          "y=\"{:.2f}\" width=\"{}\" height=\"{:.2f}\"/></g>\n",
          escaped(bars[i].told), i * kWide, kWide, kHeight, left,
          kHeight - high, kWide - kGap, high);
  }
  if (!line.empty())
    text += fmt::format("<path class=\"bar\" d=\"{}\"/>\n", line);
  return text + "</svg>\n";
}

}  // namespace tidemark
