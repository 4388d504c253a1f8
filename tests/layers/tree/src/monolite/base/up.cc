#include <monolite/base/error.h>
#include <monolite/db/database.h>
