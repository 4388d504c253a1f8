#pragma once

#include <array>
#include <span>

#include <monolite/base/failpoint.h>

namespace monolite::db {

/// The moments of this room at which a test may interfere; those of the driver: sqlite/failpoints.h.
inline constexpr std::array kFailpoints{
    base::Failpoint{"migration.changed", "a step changed the schema, its record is not written",
                    base::Failpoint::Kind::kThrow},
    base::Failpoint{"migration.recorded", "a step and its record are there, nothing is committed",
                    base::Failpoint::Kind::kThrow},
    base::Failpoint{"migration.undone", "a step was undone, its record is still there", base::Failpoint::Kind::kThrow},
};

constexpr std::span<const base::Failpoint> failpoints() noexcept { return kFailpoints; }

using Failpoint = base::FailpointOf<kFailpoints>;

inline void reach(base::Failpoints* failpoints, Failpoint point) {
  if (failpoints) [[unlikely]]
    failpoints->reach(*point);
}

}  // namespace monolite::db
