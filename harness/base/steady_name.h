// Function names as they are in every build: the part of a demangled name that
// says who it is, without what a compiler, its version or its options add.
#pragma once

#include <string>
#include <string_view>

namespace tidemark {

// "void (anonymous namespace)::Room<int>::join(int) const [clone .isra.0]"
// becomes "Room::join": no return type, parameters, template arguments,
// unnamed or inline namespaces, numbers of lambdas, ABI tags or clones.
// "f(int)::{lambda(char)#2}::operator()(char) const" becomes
// "f::{lambda}::operator()". Empty only for an empty name. Pure; any text.
std::string steady_name(std::string_view demangled);

// "/usr/lib/libfoo.so.1.2.3" becomes "libfoo.so", "/srv/chat" "chat".
std::string steady_module(std::string_view path);

}  // namespace tidemark
