// Numbers as a person says them, for the sentences in findings.
#pragma once

#include <string>

#include "tidemark/units.h"

namespace tidemark {

std::string say_number(double value);        // "1", "0.25", "1,500"
std::string say_bytes(double bytes);         // "96 B", "1.5 KiB"
std::string say_seconds(Duration duration);  // "3.0 s", "150 ms"
std::string say_count(double count, const std::string& thing);  // "2 blocks"
std::string say_plural(const std::string& unit);  // "reset closes"

}  // namespace tidemark
