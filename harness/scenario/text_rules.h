// Rules for texts of the load: names, headers, bytes in hex, commands. Errors
// lack the name of the field, as TextRule wants it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tidemark/result.h"
#include "tidemark/scenario.h"

namespace tidemark {

// A kUsage error about a field.
tl::unexpected<Error> refused(std::string message, std::string hint = {});

// RFC 9110's token: what the name of a header and of a subprotocol may be.
bool is_token(std::string_view text);

// Of flows and stand-ins: [a-z0-9_-]+, since it goes into records and
// variables.
Status check_name(const std::string& name);
// Of variables of a flow: letters, digits and _, and none of tidemark's own.
Status check_variable_name(const std::string& name);

// A header that tidemark sets itself for this engine is refused.
Status check_header_name(const std::string& name, Engine engine);
// In one line; secrets well-formed; variables are not looked at.
Status check_header_value(const std::string& value);
Status check_subprotocol(const std::string& name);
Status check_not_empty(const std::string& text);

// "de ad BE ef": blanks between bytes do not matter.
Result<std::string> parse_hex(std::string_view text);

// A command line as a shell splits it, without the rest of a shell: 'as it
// is', "with \" \\ \n \r \t \x7f", and \ before any other character. Blanks
// inside {{ }} are not between words.
Result<std::vector<std::string>> split_words(std::string_view text);

}  // namespace tidemark
