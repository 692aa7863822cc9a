// Classes by the names that people write.
#pragma once

#include <string>
#include <string_view>

namespace tidemark::jvm {

// "[B" becomes "byte[]", "[[Ljava.lang.Object;" "java.lang.Object[][]"; hidden
// classes lose their address, which no two runs share:
// "Chat$$Lambda$14/0x0000000800c03a18" becomes "Chat$$Lambda$14". A name with
// slashes in place of dots, as dumps have it, gets dots. Any text.
std::string readable_class(std::string_view name);

// Whether a class is the JDK's and not the service's, by its readable name:
// arrays of primitives, too. `module` is what the JVM says beside it,
// "java.base@17.0.15"; empty if nothing.
bool is_library_class(std::string_view readable, std::string_view module);

// The same for a name without a class loader's word: "java.lang.".
bool is_library_name(std::string_view name);

}  // namespace tidemark::jvm
