#pragma once

#include <array>
#include <span>

#include <monolite/base/failpoint.h>

namespace monolite::db::sqlite {

/// The moments of the driver at which a test may interfere (`Options::failpoints`). tests/crash kills a process at each
/// of them: one that is added here is tested at once, and one that its program never reaches fails there.
inline constexpr std::array kFailpoints{
    base::Failpoint{"open.connected", "the writer's handle is open, nothing is set or read",
                    base::Failpoint::Kind::kThrow},
    base::Failpoint{"open.configured", "the writer's connection is ready, no lane runs", base::Failpoint::Kind::kThrow},

    base::Failpoint{"lane.begun", "BEGIN IMMEDIATE returned, no unit ran", base::Failpoint::Kind::kThrow},
    base::Failpoint{"lane.unit_ran", "a unit ran, its savepoint is open", base::Failpoint::Kind::kThrow},
    base::Failpoint{"lane.unit_undone", "a unit failed and was rolled back", base::Failpoint::Kind::kThrow},
    base::Failpoint{"lane.unit_kept", "a unit's savepoint was released", base::Failpoint::Kind::kThrow},
    base::Failpoint{"lane.committing", "all units ran, COMMIT did not", base::Failpoint::Kind::kThrow},
    base::Failpoint{"lane.committed", "COMMIT returned, nobody knows"},
    base::Failpoint{"lane.answered", "one caller has its answer, others of the batch may wait for theirs"},
    base::Failpoint{"lane.checkpointing", "a checkpoint is due", base::Failpoint::Kind::kThrow},
    base::Failpoint{"lane.checkpointed", "a checkpoint copied what it could", base::Failpoint::Kind::kThrow},
    base::Failpoint{"lane.cutting", "the closing lane is about to copy the whole WAL", base::Failpoint::Kind::kThrow},
    base::Failpoint{"lane.cut", "the closing lane copied and cut the WAL", base::Failpoint::Kind::kThrow},
    base::Failpoint{"lane.drained", "the closing lane ran what was queued, its connection is open"},

    base::Failpoint{"backup.begun", "the unfinished file exists, the snapshot is pinned",
                    base::Failpoint::Kind::kThrow},
    base::Failpoint{"backup.stepped", "some pages were copied", base::Failpoint::Kind::kThrow},
    base::Failpoint{"backup.copied", "all pages were copied, none is synced", base::Failpoint::Kind::kThrow},
    base::Failpoint{"backup.synced", "the file is durable and has no name yet", base::Failpoint::Kind::kThrow},
    base::Failpoint{"backup.linked", "the file has its name beside the unfinished one"},
};

constexpr std::span<const base::Failpoint> failpoints() noexcept { return kFailpoints; }

using Failpoint = base::FailpointOf<kFailpoints>;

inline void reach(base::Failpoints* failpoints, Failpoint point) {
  if (failpoints) [[unlikely]]
    failpoints->reach(*point);
}

}  // namespace monolite::db::sqlite
