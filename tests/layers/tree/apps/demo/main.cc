#include <monolite/db/database.h>
#include <monolite/db/sqlite/detail/lane.h>
#include <boost/beast/core.hpp>
#include <other/page.h>
