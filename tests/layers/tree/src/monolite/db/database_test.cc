#include <monolite/db/database.h>
#include <monolite/db/sqlite/open.h>
