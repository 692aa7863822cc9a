// Addresses of a Go program in names, as its page /debug/pprof/symbol tells
// them: "0x43e33d runtime.allocm", a line each. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tidemark::go {

// What is posted to the page.
std::string symbol_question(const std::vector<std::uint64_t>& addresses);

// The names in its answer, by address; lines of another form are left out.
std::unordered_map<std::uint64_t, std::string> read_symbols(
    std::string_view answer);

}  // namespace tidemark::go
