/* A loadable extension for the tests, with one function: ml_test_double(x). It is built
   against the headers of SQLite alone and linked with no SQLite, as those that people install are. */
#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT1

static void twice(sqlite3_context* context, int count, sqlite3_value** values) {
  (void)count;
  sqlite3_result_int64(context, 2 * sqlite3_value_int64(values[0]));
}

int sqlite3_extension_init(sqlite3* database, char** error, const sqlite3_api_routines* api) {
  (void)error;
  SQLITE_EXTENSION_INIT2(api);
  return sqlite3_create_function_v2(database, "ml_test_double", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, 0, twice, 0, 0,
                                    0);
}
