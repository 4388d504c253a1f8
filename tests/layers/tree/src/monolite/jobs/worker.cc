#include <monolite/db/sqlite/detail/lane.h>
#include <monolite/errors/sink.h>
