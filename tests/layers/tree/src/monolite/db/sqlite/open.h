#pragma once
#include <monolite/db/database.h>
#include <monolite/db/sqlite/detail/lane.h>
