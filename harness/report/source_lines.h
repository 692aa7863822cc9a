// Where tables get the source from that they show.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace tidemark {

// The lines of a source file, from the first; none if it cannot be read.
using SourceLines =
    std::function<std::vector<std::string>(const std::string& file)>;

}  // namespace tidemark
