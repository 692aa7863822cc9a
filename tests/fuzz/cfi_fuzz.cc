// The unwinder's readers of a module's call frame information: the table,
// CIE and FDE, the program, and the expressions that a row refers to.
//
// Input: two bytes, where the pc lies relative to the start of the image
// (signed, little-endian); then the image, which begins with .eh_frame_hdr.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "harness/agent/unwind/cfi_parse.h"
#include "harness/agent/unwind/cfi_rules.h"
#include "harness/agent/unwind/expression.h"

namespace tidemark::agent {
namespace {

void evaluate_at(const FrameInfo& info, std::int64_t value) {
  Registers registers{};
  for (unsigned i = 0; i < kRegisters; ++i) registers.value[i] = i * 0x1000;
  StackMemory memory(0, 0);
  const std::uint64_t first = 64;
  std::uint64_t result = 0;
  evaluate(expression_at(info, value), registers, &first, memory, result);
}

void run_program(const FrameInfo& info, std::uint64_t pc) {
  CfiRow row;
  if (!run_cfi(info, pc, row)) return;
  if (row.cfa == CfaRule::kExpression) evaluate_at(info, row.cfa_value);
  for (unsigned i = 0; i < kRegisters; ++i) {
    if (row.rule[i] == Rule::kExpression ||
        row.rule[i] == Rule::kValueExpression) {
      evaluate_at(info, row.value[i]);
    }
  }
}

void read_image(std::int16_t offset, const std::vector<std::uint8_t>& bytes) {
  const ByteRange image{bytes.data(), bytes.data() + bytes.size()};
  const std::uint64_t pc = reinterpret_cast<std::uint64_t>(bytes.data()) +
                           static_cast<std::uint64_t>(std::int64_t{offset});
  FrameInfo info;
  if (find_frame(image, image.begin, pc, info)) run_program(info, pc);
  // The same bytes as one FDE with its CIE before it, and as a program.
  for (const std::uint8_t* fde = image.begin; fde < image.end; ++fde) {
    if (read_fde(image, fde, info)) run_program(info, info.pc_begin);
  }
  info = FrameInfo{};
  info.pc_end = 0x10000;
  info.data_align = -8;
  info.program = image;
  run_program(info, static_cast<std::uint16_t>(offset));
}

}  // namespace
}  // namespace tidemark::agent

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  if (size < 2 || size > 4096) return 0;
  const auto offset = static_cast<std::int16_t>(data[0] | data[1] << 8);
  // A copy of exactly this size, so that a sanitizer sees any read beyond.
  tidemark::agent::read_image(offset, {data + 2, data + size});
  return 0;
}
