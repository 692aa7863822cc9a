// C++ names as people would write them.
#pragma once

#include <string>
#include <string_view>

namespace tidemark {

// std::basic_string<char, …> becomes std::string, ABI tags and inline
// namespaces go, parameter lists and long template arguments fold to … .
std::string short_name(std::string_view function);

// The last `width` columns of a path, cut at a folder where possible.
std::string short_path(std::string_view path, std::size_t width);

}  // namespace tidemark
