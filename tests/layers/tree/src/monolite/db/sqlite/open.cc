#include <monolite/db/sqlite/detail/lane.h>
#include <sqlite3.h>
