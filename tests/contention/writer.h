#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

#include <unistd.h>

#include <monolite/db/sqlite/open.h>

/// What the two Monolite programs share.
namespace monolite::contention {

using db::operator""_sql;

/// Writes one row and reports its id when it is acknowledged. Eight bytes to a pipe are written at once, so writers of
/// one process do not mix.
inline void write_row(db::Database& database, std::int64_t seat) {
  const auto id = database.write([&](db::WriteSession& tx) {
    return tx.insert<std::int64_t>("INSERT INTO work (seat) VALUES (?) RETURNING id"_sql, seat);
  });
  if (write(STDOUT_FILENO, &id, sizeof id) != sizeof id) std::_Exit(3);
}

/// Returns when the test closes our input.
inline void await_end() {
  for (std::string line; std::getline(std::cin, line);) {
  }
}

}  // namespace monolite::contention
