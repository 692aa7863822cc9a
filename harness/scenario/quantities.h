// Durations, sizes and rates as people write them: 250ms, 4 KiB, 2000/s.
// Errors say what was wanted and found, without the name of the field; the
// command line uses these, too.
#pragma once

#include <string>
#include <string_view>

#include "tidemark/result.h"
#include "tidemark/units.h"

namespace tidemark {

// `250ms`, `5s`, `1.5m`, `1h`; a blank before the unit is allowed. A bare
// number is an error that names the units, except `0`.
Result<Duration> parse_duration(std::string_view text);

// `64 B`, `4KiB` (1024), `4 KB` (1000), `1.5 MiB`; a bare whole number counts
// bytes. `4K` is an error: it means either.
Result<Bytes> parse_size(std::string_view text);

// `100/s`, `5000/m`, `90/h`: how many per second. A bare `0` is 0.
Result<double> parse_rate(std::string_view text);

// As short as parse_duration reads it back exactly: "1500ms", "2m", "0s".
// REQUIRES: whole milliseconds.
std::string format_duration(Duration duration);
// "64 B", "4 KiB": the largest binary unit that divides it.
std::string format_size(Bytes size);

}  // namespace tidemark
