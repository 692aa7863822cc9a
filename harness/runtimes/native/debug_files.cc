#include "harness/runtimes/native/debug_files.h"

#include <fcntl.h>

#include <array>
#include <cstring>
#include <string>

namespace tidemark {
namespace {

std::string folder_of(const std::string& file) {
  const std::size_t slash = file.rfind('/');
  return slash == file.npos ? std::string(".") : file.substr(0, slash);
}

}  // namespace

// The descriptor returned belongs to libdwfl from then on. The link's
// checksum is not compared: reading hundreds of megabytes for it costs
// seconds, and a stale debug file is found out by nobody else either.
int find_local_debug_file(Dwfl_Module* module, void** data, const char* name,
                          Dwarf_Addr base, const char* file,
                          const char* debuglink, GElf_Word crc, char** found) {
  const int by_id = dwfl_build_id_find_debuginfo(module, data, name, base, file,
                                                 debuglink, crc, found);
  if (by_id >= 0 || debuglink == nullptr || file == nullptr) return by_id;
  const std::string link = debuglink;
  const std::string folder = folder_of(file);
  const std::array<std::string, 4> places = {
      link.starts_with('/') ? link : "", folder + "/.debug/" + link,
      "/usr/lib/debug" + folder + "/" + link, folder + "/" + link};
  for (const std::string& place : places) {
    if (place.empty() || place == file) continue;
    const int fd = open(place.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) continue;
    *found = strdup(place.c_str());
    return fd;
  }
  return -1;
}

}  // namespace tidemark
