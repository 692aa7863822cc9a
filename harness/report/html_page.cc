#include "harness/report/html_page.h"

#include <fmt/format.h>

#include "harness/report/html_parts.h"
#include "harness/report/page_assets.h"
#include "harness/report/xml.h"

namespace tidemark {
namespace {

// Only this script and this style, and nothing from anywhere else. What a
// service calls itself could not run or load anything even if it came
// unescaped.
std::string policy(const PageAssets& assets) {
  return fmt::format(
      "default-src 'none'; script-src '{}'; style-src '{}'; base-uri 'none'; "
      "form-action 'none'",
      assets.script_hash, assets.style_hash);
}

std::string head(const HtmlPage& page, const PageAssets& assets) {
  return fmt::format(
      "<!DOCTYPE html>\n"
      "<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n"
      "<meta name=\"generator\" content=\"tidemark {}\">\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n",
      policy(assets), escaped(page.tidemark_version), escaped(page.title),
      assets.style);
}

std::string header(const HtmlPage& page) {
  std::string text = fmt::format(
      "<a class=\"skip\" href=\"#content\">Skip to the report</a>\n"
      "<header class=\"verdict {}\">\n<h1><span class=\"word\">{}</span> "
      "{}</h1>\n{}{}</header>\n",
      page.mood, escaped(page.verdict), escaped(page.subject),
      html_text("p", page.sentence, "sentence"), page.below);
  text += "<nav aria-label=\"Sections\"><ul>\n";
  for (const HtmlSection& section : page.sections)
    if (!section.html.empty())
      text += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", section.id,
                          escaped(section.title));
  return text + "</ul></nav>\n";
}

std::string footer(const HtmlPage& page) {
  return fmt::format(
      "<footer><p>Made by tidemark {} from its record alone. Drawn with uPlot "
      "(MIT), d3 (ISC) and d3-flame-graph (Apache 2.0), which are in this "
      "file with their licences.</p></footer>\n",
      escaped(page.tidemark_version));
}

}  // namespace

std::string html_page(const HtmlPage& page) {
  const PageAssets& assets = page_assets();
  std::string text = head(page, assets);
  text += "<body>\n" + header(page);
  text +=
      "<noscript><p class=\"note\">Without scripts there are no plots, no "
      "flame graphs and no table of sites; all else is here, and each plot's "
      "figures are in the table below it.</p></noscript>\n"
      "<main id=\"content\" tabindex=\"-1\">\n";
  for (const HtmlSection& section : page.sections)
    if (!section.html.empty())
      text += fmt::format(
          "<section id=\"{0}\" aria-labelledby=\"{0}-title\">\n"
          "<h2 id=\"{0}-title\">{1}</h2>\n{2}</section>\n",
          section.id, escaped(section.title), section.html);
  text += "</main>\n" + footer(page);
  text += "<script type=\"application/json\" id=\"tidemark-data\">" +
          html_json(page.data) + "</script>\n";
  text += fmt::format("<script>{}</script>\n</body>\n</html>\n", assets.script);
  return text;
}

}  // namespace tidemark
