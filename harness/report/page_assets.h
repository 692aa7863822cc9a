// What a page is drawn with: the bundle of web/, made by the build. Private to
// this folder.
#pragma once

#include <string_view>

namespace tidemark {

struct PageAssets {
  std::string_view script;
  std::string_view style;
  // Of each, as a content security policy names it: "sha256-…".
  std::string_view script_hash;
  std::string_view style_hash;
};

const PageAssets& page_assets();

}  // namespace tidemark
