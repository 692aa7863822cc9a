#include "harness/runtimes/native/library.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace tidemark {
namespace {

Frame frame(std::string function, std::string file = "",
            std::string module = "/opt/chat") {
  Frame made;
  made.function = std::move(function);
  made.file = std::move(file);
  made.module = std::move(module);
  return made;
}

TEST(QualifiedName, DropsReturnTypeParametersAndQualifiers) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"main", "main"},
      {"chat::join(int)", "chat::join"},
      {"std::vector<int> chat::make<int>(int)", "chat::make<int>"},
      {"void std::sort<int*>(int*, int*)", "std::sort<int*>"},
      {"(anonymous namespace)::f(int)", "(anonymous namespace)::f"},
      {"chat::(anonymous namespace)::f(void (*)(int))",
       "chat::(anonymous namespace)::f"},
      {"chat::Room::size() const", "chat::Room::size"},
      {"chat::f(int) const::{lambda(int)#1}::operator()(int) const",
       "chat::f(int) const::{lambda(int)#1}::operator()"},
      {"operator new(unsigned long)", "operator new"},
      {"operator new[](unsigned long)", "operator new[]"},
      {"std::ostream& std::operator<< <char>(std::ostream&, char)",
       "std::operator<< <char>"},
      {"chat::Room::operator bool() const", "chat::Room::operator bool"},
      {"chat::operator->(int)", "chat::operator->"},
      {"decltype (f(1)) chat::g<int>(int)", "chat::g<int>"},
      {"", ""},
      {"((((", "(((("},
      {"a<b", "a<b"},
  };
  for (const auto& [full, name] : cases)
    EXPECT_EQ(qualified_name(full), name) << full;
}

TEST(LibraryFrame, TheStandardLibraryAndAllocatorsAre) {
  for (const char* name :
       {"std::vector<int>::push_back(int const&)",
        "std::__cxx11::basic_string<char>::_M_create(unsigned long&)",
        "__gnu_cxx::new_allocator<int>::allocate(unsigned long)",
        "boost::asio::io_context::run()", "operator new(unsigned long)",
        "void std::__invoke_impl<void, chat::Session>()", "malloc", "calloc",
        "mmap"})
    EXPECT_TRUE(is_library_frame(frame(name))) << name;
  EXPECT_TRUE(is_library_frame(
      frame("helper", "/usr/include/c++/12/bits/stl_vector.h")));
  for (const char* module :
       {"/lib/x86_64-linux-gnu/libc.so.6", "/usr/lib/libstdc++.so.6.0.30",
        "/usr/lib/libjemalloc.so.2", "/lib64/ld-linux-x86-64.so.2"})
    EXPECT_TRUE(is_library_frame(frame("f", "", module))) << module;
}

TEST(LibraryFrame, TheServicesOwnCodeIsNotWhateverItReturnsOrTakes) {
  for (const char* name :
       {"std::vector<int> chat::make(std::string)", "chat::mallocator()",
        "main", "standard::f()", "freebie(int)",
        "std::shared_ptr<chat::Room> chat::open<std::string>(std::string)",
        "chat::Session::run()::{lambda()#1}::operator()() const"})
    EXPECT_FALSE(is_library_frame(frame(name, "src/chat.cc"))) << name;
  EXPECT_FALSE(is_library_frame(frame("lws_service", "", "/usr/lib/libws.so")));
}

std::vector<bool> marked(std::vector<Frame> frames) {
  mark_allocators(frames);
  std::vector<bool> marks;
  for (const Frame& one : frames) marks.push_back(one.library);
  return marks;
}

TEST(MarkAllocators, WhatAContainersOwnAllocatorDoesIsItsAffair) {
  EXPECT_EQ(marked({frame("chat::Pool::take(unsigned long)"),
                    frame("chat::PoolAllocator<int>::allocate(unsigned long)"),
                    frame("std::allocator_traits<chat::PoolAllocator<int> >::"
                          "allocate(chat::PoolAllocator<int>&, unsigned long)"),
                    frame("chat::Room::join()")}),
            (std::vector<bool>{true, true, false, false}));
  EXPECT_EQ(
      marked({frame("chat::Pool::take(unsigned long)"),
              frame("allocate", "/usr/include/c++/12/bits/alloc_traits.h"),
              frame("chat::Room::join()")}),
      (std::vector<bool>{true, false, false}));
}

TEST(MarkAllocators, WhatAConstructorAllocatesIsTheConstructors) {
  EXPECT_EQ(marked({frame("chat::Session::Session()"),
                    frame("void std::allocator_traits<std::allocator<void> >::"
                          "construct<chat::Session>(std::allocator<void>&, "
                          "chat::Session*)"),
                    frame("chat::Server::accept()")}),
            (std::vector<bool>{false, false, false}));
  EXPECT_EQ(
      marked({frame("chat::Session::Session()"),
              frame("std::allocator_traits<std::allocator<void> >::construct"
                    "<chat::Session>(std::allocator<void>&, chat::Session*)",
                    "/usr/include/c++/12/bits/alloc_traits.h"),
              frame("chat::Server::accept()")}),
      (std::vector<bool>{false, false, false}));
}

}  // namespace
}  // namespace tidemark
