// Amounts and parts of a whole, spelt as pprof spells them: who compares the
// two reads the same.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tidemark {

// The unit in which a table is told, as "kB": that of its smallest amount, or
// a larger one of which that is a hundredth if the largest is in another.
// `unit` is the profile's: "bytes", "nanoseconds", or anything else, which
// stays as it is. Zeros do not count among `amounts`.
std::string common_unit(const std::vector<std::int64_t>& amounts,
                        std::int64_t total, const std::string& unit);

// "1.50MB": `amount` of `unit` in `wanted`, with two digits behind the point or
// none. 1kB is 1024B. Counts have no unit.
std::string amount_text(std::int64_t amount, const std::string& unit,
                        const std::string& wanted);

// " 0.15%", "18.50%", "  100%": |part| of the whole.
std::string percentage_text(std::int64_t part, std::int64_t whole);

}  // namespace tidemark
