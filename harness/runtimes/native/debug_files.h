// Where a stripped module's debug information is on this machine. Private to
// symbolise.cc.
#pragma once

#include <elfutils/libdwfl.h>

namespace tidemark {

// A find_debuginfo callback for libdwfl: by build id and by .gnu_debuglink
// below /usr/lib/debug and beside the file. dwfl_standard_find_debuginfo
// would go on to ask a debuginfod server whenever DEBUGINFOD_URLS is set, and
// taking that variable away would change the service's environment, too.
int find_local_debug_file(Dwfl_Module* module, void** data, const char* name,
                          Dwarf_Addr base, const char* file,
                          const char* debuglink, GElf_Word crc, char** found);

}  // namespace tidemark
