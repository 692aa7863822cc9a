// Writing RESP and showing it: what both sides of the protocol need.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace tidemark::redis {

// "*3\r\n", "$5\r\n", ":1\r\n".
void append_number(char type, std::size_t number, std::string& out);

// "$5\r\nhello\r\n"
void append_bulk(std::string_view text, std::string& out);

// A command as clients send it: an array of bulk strings.
void append_command(std::initializer_list<std::string_view> words,
                    std::string& out);

// Foreign text for people: at most `most` bytes, `?` for what is not
// printable ASCII, no blanks around it.
std::string cleaned(std::string_view text, std::size_t most);

// Command words are compared in capitals.
std::string capitals(std::string_view word);

}  // namespace tidemark::redis
