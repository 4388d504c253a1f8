# The SQLite that Monolite links, as the target monolite_sqlite3.
#
# bundled: the amalgamation inside the pinned npm package, compiled with our flags (reasons: docs/internals/sqlite.md).
# system:  the distribution's library; the boot check refuses it when its version can corrupt a WAL.

if(MONOLITE_SQLITE STREQUAL "system")
  pkg_check_modules(sqlite3 REQUIRED IMPORTED_TARGET sqlite3)
  add_library(monolite_sqlite3 INTERFACE)
  target_link_libraries(monolite_sqlite3 INTERFACE PkgConfig::sqlite3)
  return()
endif()

set(MONOLITE_SQLITE_DIR "${CMAKE_CURRENT_SOURCE_DIR}/node_modules/better-sqlite3/deps/sqlite3")
if(NOT EXISTS "${MONOLITE_SQLITE_DIR}/sqlite3.c")
  message(FATAL_ERROR "No SQLite amalgamation at ${MONOLITE_SQLITE_DIR}: run bin/setup (or npm ci --ignore-scripts), "
    "or configure with -DMONOLITE_SQLITE=system")
endif()

add_library(monolite_sqlite3 STATIC "${MONOLITE_SQLITE_DIR}/sqlite3.c")
# Installed, its header is for those who ask for the component sqlite3 (cmake/monoliteConfig.cmake.in).
target_include_directories(monolite_sqlite3 SYSTEM PUBLIC "$<BUILD_INTERFACE:${MONOLITE_SQLITE_DIR}>")
target_compile_definitions(monolite_sqlite3 PUBLIC SQLITE_ENABLE_NORMALIZE)  # its header shows the function then
target_compile_definitions(monolite_sqlite3 PRIVATE
  HAVE_FDATASYNC=1
  SQLITE_DQS=0
  SQLITE_THREADSAFE=2
  SQLITE_DEFAULT_MEMSTATUS=0
  SQLITE_DEFAULT_FOREIGN_KEYS=1
  SQLITE_LIKE_DOESNT_MATCH_BLOBS
  SQLITE_MAX_VARIABLE_NUMBER=32766
  SQLITE_OMIT_AUTOINIT
  SQLITE_OMIT_DEPRECATED
  SQLITE_OMIT_SHARED_CACHE
  SQLITE_STRICT_SUBTYPE=1
  SQLITE_USE_ALLOCA
  SQLITE_ENABLE_COLUMN_METADATA
  SQLITE_ENABLE_DBSTAT_VTAB
  SQLITE_ENABLE_FTS5
  SQLITE_ENABLE_MATH_FUNCTIONS
  SQLITE_ENABLE_PREUPDATE_HOOK
  SQLITE_ENABLE_SESSION
  SQLITE_ENABLE_SNAPSHOT
  SQLITE_ENABLE_STAT4
  SQLITE_ENABLE_STMTVTAB
  SQLITE_MAX_ALLOCATION_SIZE=67108864
  SQLITE_PRINTF_PRECISION_LIMIT=100000)
target_compile_definitions(monolite_sqlite3 PRIVATE $<$<CONFIG:Debug>:SQLITE_ENABLE_API_ARMOR>)
target_compile_options(monolite_sqlite3 PRIVATE -fvisibility=hidden -w)
target_link_libraries(monolite_sqlite3 PRIVATE Threads::Threads ${CMAKE_DL_LIBS} m)
