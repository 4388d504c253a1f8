#include <monolite/db/database.h>
#include <monolite/db/sqlite/open.h>
#include <sqlite3.h>
#include "database.h"
