// One load whose messages differ from cycle to cycle: a driver for each
// number and size of messages, of which one works at a time.
#pragma once

#include <functional>
#include <memory>

#include "tidemark/driver.h"

namespace tidemark {

// A driver that sends so many messages of such a size.
using MakeDriver =
    std::function<Result<std::unique_ptr<Driver>>(const CycleSettings&)>;

// `plain` is the load as the scenario has it. The others are made when they
// are first used, and kept.
std::unique_ptr<Driver> make_varied_driver(std::unique_ptr<Driver> plain,
                                           MakeDriver make);

}  // namespace tidemark
