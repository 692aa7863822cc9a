// C++ names as people would write them. Pure; wrong at worst cosmetically,
// whatever the text.
#pragma once

#include <string>
#include <string_view>

namespace tidemark {

// std::basic_string<char, …> becomes std::string, ABI tags and inline
// namespaces go, parameter lists and return types are dropped, long template
// arguments fold to <…>, lambdas to {lambda}.
std::string short_name(std::string_view function);

// The last `width` columns of a path, cut at a folder where possible.
std::string short_path(std::string_view path, std::size_t width);

}  // namespace tidemark
