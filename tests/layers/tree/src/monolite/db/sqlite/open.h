#pragma once
#include <monolite/db/database.h>
