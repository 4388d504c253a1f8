// The installed header and the installed library must be one version.

#include <cstdio>

#include <sqlite3.h>

int main() {
  std::printf("header %d, library %d\n", SQLITE_VERSION_NUMBER, sqlite3_libversion_number());
  return SQLITE_VERSION_NUMBER == sqlite3_libversion_number() ? 0 : 1;
}
