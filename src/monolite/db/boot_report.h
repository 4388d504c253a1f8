#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace monolite::db {

/// What opening a database found out about it and about the place where it lies.
struct BootReport {
  std::string path;
  std::string engine;                        ///< "SQLite 3.54.1"
  std::vector<std::string> compile_options;  ///< those of the engine that matter for safety
  std::string file_system;                   ///< "ext4"; "0x…" when we do not know its name
  std::string access;                        ///< "read-write", "read-only" or "immutable"
  std::string journal;                       ///< the mode that is really active
  std::string synchronous;                   ///< "off", "normal", "full" or "extra"; really active
  bool foreign_keys = false;
  std::optional<std::chrono::microseconds> sync;  ///< one synced write of 4 KiB beside the file; nothing: not measured
  bool locks_tested = false;                      ///< the locks and shared memory of the file system do what they must
  std::int64_t wal_bytes = 0;                     ///< found, before anything was opened
  std::optional<std::chrono::microseconds> recovery;  ///< how long; nothing: there was nothing to recover
  std::string recovered;                              ///< what, in the engine's words
  std::chrono::microseconds opening{0};               ///< all of it
  std::vector<std::string> warnings;                  ///< what a person should look at
};

}  // namespace monolite::db
