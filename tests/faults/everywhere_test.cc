// Row F15 of docs/internals/faults.md: each operation on the disk fails once, one after the other, until nothing is
// left to fail (the fast set takes every some). Whatever is hit (opening, writing, reading, a checkpoint, a backup,
// closing) reports an error with a hint or goes on without it; nothing crashes, nothing is stored by half, and
// afterwards everything works.

#include <algorithm>
#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include <monolite/db/sqlite/fault_vfs.h>

#include "life.h"

namespace monolite::db::sqlite {
namespace {

using Fault = FaultVfs::Fault;
using Operation = FaultVfs::Operation;

struct Kind {
  Operation operation;
  Fault fault;
  const char* name;
};

class FaultsEverywhere : public ::testing::TestWithParam<Kind> {};

TEST_P(FaultsEverywhere, AreReportedAndHarmNothing) {
  const auto [operation, fault, name] = GetParam();
  FaultVfs vfs("everywhere");
  std::uint64_t n = 0;
  for (bool any_failed = true; any_failed; n += std::min<std::uint64_t>(1 + n / 8, MONOLITE_FAULT_STEP)) {
    SCOPED_TRACE(n);
    vfs.fail({.operation = operation, .fault = fault, .after = n, .times = 1});
    Life life(vfs.name());
    life.run();
    any_failed = vfs.failures() > 0;
    vfs.heal();
    life.expect_unharmed();
    if (HasFailure()) return;
  }
  EXPECT_GT(n, 2u);
}

INSTANTIATE_TEST_SUITE_P(Each, FaultsEverywhere,
                         ::testing::Values(Kind{Operation::kOpen, Fault::kIoError, "Open"},
                                           Kind{Operation::kOpen, Fault::kNoMemory, "OpenNoMemory"},
                                           Kind{Operation::kRead, Fault::kIoError, "Read"},
                                           Kind{Operation::kRead, Fault::kNoMemory, "ReadNoMemory"},
                                           Kind{Operation::kWrite, Fault::kIoError, "Write"},
                                           Kind{Operation::kWrite, Fault::kShortWrite, "WriteShort"},
                                           Kind{Operation::kSync, Fault::kIoError, "Sync"},
                                           Kind{Operation::kTruncate, Fault::kIoError, "Truncate"},
                                           Kind{Operation::kLock, Fault::kIoError, "Lock"},
                                           Kind{Operation::kSharedMemory, Fault::kIoError, "SharedMemory"},
                                           Kind{Operation::kSharedMemory, Fault::kNoMemory, "SharedMemoryNoMemory"}),
                         [](const auto& kind) { return std::string(kind.param.name); });

}  // namespace
}  // namespace monolite::db::sqlite
