// The file of a program that claims to be Go's.
#include <cstdint>
#include <string_view>

#include "harness/runtimes/go/program_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)tidemark::go::read_program_file(bytes);
  (void)tidemark::go::load_address(bytes, "/srv/chat");
  return 0;
}
