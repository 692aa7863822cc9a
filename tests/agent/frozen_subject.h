// What frozen_subject.cc holds: sizes that are nobody else's, by how.
#pragma once

#include <cstddef>

constexpr std::size_t kGlobal = 20011;
constexpr std::size_t kInGlobal = 20021;
constexpr std::size_t kStaticLocal = 20023;
constexpr std::size_t kThreadLocalOfMain = 20029;
constexpr std::size_t kThreadLocalOfWorker = 20047;
constexpr std::size_t kSpecific = 20051;
constexpr std::size_t kStackOfMain = 20063;
constexpr std::size_t kStackOfWorker = 20071;
constexpr std::size_t kRegister = 20089;
constexpr std::size_t kInMapping = 20101;
constexpr std::size_t kLost = 20107;
constexpr std::size_t kStaleStack = 20113;
constexpr std::size_t kOfChild = 20117;
