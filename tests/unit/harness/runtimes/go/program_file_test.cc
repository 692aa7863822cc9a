#include "harness/runtimes/go/program_file.h"

#include <elf.h>
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace tidemark::go {
namespace {

template <class T>
void append(std::string& bytes, const T& value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// An ELF file with a Go version, and symbols if they are wanted.
std::string program(bool symbols, std::uint16_t type = ET_EXEC) {
  std::string info = "\xff Go buildinf:";
  info += '\x08';
  info[14] = '\x08';
  info.resize(15);
  info += '\x02';
  info.resize(32);
  info += '\x08';
  info += "go1.19.8";
  const std::string section_names(
      "\0.go.buildinfo\0.symtab\0.strtab\0.shstrtab\0", 42);
  const std::string symbol_names("\0main.main\0runtime.MemProfileRate\0", 34);
  std::string table;
  append(table, Elf64_Sym{});
  Elf64_Sym rate{};
  rate.st_name = 11;
  rate.st_info = ELF64_ST_INFO(STB_LOCAL, STT_OBJECT);
  rate.st_value = 0x925d10;
  rate.st_size = 8;
  append(table, rate);

  std::string bytes;
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_type = type;
  header.e_shentsize = sizeof(Elf64_Shdr);
  append(bytes, header);
  std::vector<Elf64_Shdr> sections(1);
  const auto add = [&](std::uint32_t name, std::uint32_t kind,
                       const std::string& content) {
    Elf64_Shdr section{};
    section.sh_name = name;
    section.sh_type = kind;
    section.sh_offset = bytes.size();
    section.sh_size = content.size();
    bytes += content;
    sections.push_back(section);
  };
  add(1, SHT_PROGBITS, info);
  add(31, SHT_STRTAB, section_names);
  if (symbols) {
    add(23, SHT_STRTAB, symbol_names);
    add(15, SHT_SYMTAB, table);
    sections.back().sh_link = 3;
    sections.back().sh_entsize = sizeof(Elf64_Sym);
  }
  header.e_shoff = bytes.size();
  header.e_shnum = static_cast<std::uint16_t>(sections.size());
  header.e_shstrndx = 2;
  for (const Elf64_Shdr& section : sections) append(bytes, section);
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes;
}

TEST(GoProgramFile, SaysItsVersionAndWhereTheRateIs) {
  const auto file = read_program_file(program(true));
  ASSERT_TRUE(file);
  EXPECT_EQ(file->version, "go1.19.8");
  EXPECT_FALSE(file->relocated);
  EXPECT_EQ(file->rate_address, 0x925d10u);
  EXPECT_TRUE(read_program_file(program(true, ET_DYN))->relocated);
}

TEST(GoProgramFile, OneThatWasStrippedHasNoVariables) {
  const auto file = read_program_file(program(false));
  ASSERT_TRUE(file);
  EXPECT_EQ(file->version, "go1.19.8");
  EXPECT_FALSE(file->rate_address);
}

TEST(GoProgramFile, OtherFilesAreNone) {
  EXPECT_FALSE(read_program_file(""));
  EXPECT_FALSE(read_program_file("#!/bin/sh\n"));
  std::string bytes = program(true);
  bytes[bytes.find("Go buildinf")] = 'X';
  EXPECT_FALSE(read_program_file(bytes));
}

TEST(GoProgramFile, EveryPartOfOneIsReadWithoutHarm) {
  const std::string bytes = program(true);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto file = read_program_file(bytes.substr(0, size));
    EXPECT_FALSE(file && file->rate_address) << size;
  }
}

TEST(GoProgramFile, TheFirstPartOfAFileTellsWhereItIs) {
  constexpr std::string_view kMaps =
      "00400000-00600000 r-xp 00001000 fe:00 12   /srv/chat\n"
      "55d0a000-55d0b000 r--p 00000000 fe:00 12   /srv/chat\n"
      "7f000000-7f001000 r--p 00000000 fe:00 13   /lib/libc.so.6\n";
  EXPECT_EQ(load_address(kMaps, "/srv/chat"), 0x55d0a000u);
  EXPECT_FALSE(load_address(kMaps, "/srv/other"));
  EXPECT_FALSE(load_address(kMaps, ""));
}

}  // namespace
}  // namespace tidemark::go
