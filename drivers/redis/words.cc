#include "drivers/redis/words.h"

#include <charconv>

namespace tidemark::redis {

void append_number(char type, std::size_t number, std::string& out) {
  char text[24];
  text[0] = type;
  char* end = std::to_chars(text + 1, text + sizeof text - 2, number).ptr;
  *end++ = '\r';
  *end++ = '\n';
  out.append(text, end);
}

void append_bulk(std::string_view text, std::string& out) {
  append_number('$', text.size(), out);
  out += text;
  out += "\r\n";
}

void append_command(std::initializer_list<std::string_view> words,
                    std::string& out) {
  append_number('*', words.size(), out);
  for (std::string_view word : words) append_bulk(word, out);
}

std::string cleaned(std::string_view text, std::size_t most) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  std::string clean(text.substr(0, most));
  for (char& c : clean)
    if (c < 0x20 || c > 0x7e) c = '?';
  while (clean.ends_with(' ')) clean.pop_back();
  return clean;
}

std::string capitals(std::string_view word) {
  std::string result(word);
  for (char& c : result)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return result;
}

}  // namespace tidemark::redis
