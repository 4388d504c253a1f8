#include <monolite/http/server.h>
#include <monolite/jobs/worker.h>
