#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <monolite/db/sqlite/detail/connection.h>
#include <monolite/db/sqlite/open.h>

namespace monolite::db::sqlite {

/// Whether a SQLite of this version number is free of the bug by which two connections can corrupt a WAL.
bool is_safe_version(int number) noexcept;

/// The name of a file system whose shared memory is not coherent between machines, by the magic number of statfs(2).
std::optional<std::string_view> network_file_system(std::uint64_t magic) noexcept;

/// The name of any file system that we know: "ext4", "NFS"; else its magic number.
std::string file_system_of(const std::string& database);

/// Refuses a library that can corrupt a WAL.
void require_safe_version(const Options& options);

/// Makes the folder when the file may be created; refuses a missing file, an unwritable folder and a file system on
/// which WAL loses data. Never opens the database file itself: closing it would drop the process's locks.
void require_usable_path(const Options& options);

/// The access that is possible: read-only when writing is not and `Options::unwritable` allows it.
Access possible_access(const Options& options);

/// Loads the extensions into a connection and sets what its role needs; proves by reading back that it holds.
void configure(Connection& connection, Role role, const Options& options);

}  // namespace monolite::db::sqlite
