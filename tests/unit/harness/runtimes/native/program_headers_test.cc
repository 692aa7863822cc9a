#include "harness/runtimes/native/program_headers.h"

#include <elf.h>
#include <gtest/gtest.h>

#include <cstring>

namespace tidemark {
namespace {

std::vector<std::byte> file_with(const std::vector<Elf64_Phdr>& segments) {
  Elf64_Ehdr header{};
  memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_phoff = sizeof header;
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_phnum = static_cast<Elf64_Half>(segments.size());
  std::vector<std::byte> bytes(sizeof header +
                               segments.size() * sizeof(Elf64_Phdr));
  memcpy(bytes.data(), &header, sizeof header);
  memcpy(bytes.data() + sizeof header, segments.data(),
         segments.size() * sizeof(Elf64_Phdr));
  return bytes;
}

Elf64_Phdr segment(Elf64_Word type, Elf64_Word flags, Elf64_Addr at,
                   Elf64_Xword bytes) {
  Elf64_Phdr made{};
  made.p_type = type;
  made.p_flags = flags;
  made.p_vaddr = at;
  made.p_memsz = bytes;
  return made;
}

TEST(ProgramHeaders, WritableSegmentsTakeTheirBssAlong) {
  auto found = parse_program_headers(
      file_with({segment(PT_LOAD, PF_R | PF_X, 0x400040, 0x1000),
                 segment(PT_LOAD, PF_R | PF_W, 0x402df0, 0x8000),
                 segment(PT_DYNAMIC, PF_R | PF_W, 0x402e00, 0x1f0),
                 segment(PT_TLS, PF_R, 0x402df0, 0x20)}));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->first, 0x400000u);
  EXPECT_EQ(found->end, 0x40adf0u);
  EXPECT_EQ(found->writable, (std::vector<MemoryRange>{{0x402df0, 0x40adf0}}));
  EXPECT_EQ(found->dynamic, (MemoryRange{0x402e00, 0x402ff0}));
  EXPECT_EQ(found->thread_local_image, (MemoryRange{0x402df0, 0x402e10}));
}

TEST(ProgramHeaders, NoElfFileHasNone) {
  EXPECT_FALSE(parse_program_headers({}));
  EXPECT_FALSE(parse_program_headers(std::vector<std::byte>(4096)));
  std::vector<std::byte> cut = file_with({segment(PT_LOAD, PF_R, 0, 1)});
  cut.resize(sizeof(Elf64_Ehdr) + 8);
  EXPECT_FALSE(parse_program_headers(cut));
}

TEST(ProgramHeaders, ASegmentBeyondAllAddressesIsLeftOut) {
  auto found = parse_program_headers(
      file_with({segment(PT_LOAD, PF_W, 0x1000, 0x1000),
                 segment(PT_LOAD, PF_W, ~0ull - 8, 0x1000)}));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->writable, (std::vector<MemoryRange>{{0x1000, 0x2000}}));
}

}  // namespace
}  // namespace tidemark
