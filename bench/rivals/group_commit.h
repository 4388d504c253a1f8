#ifndef BENCH_RIVALS_GROUP_COMMIT_H
#define BENCH_RIVALS_GROUP_COMMIT_H

/* Group commit in bare C: what the writer lane does, without sessions, exceptions, deadlines, poisoning, foreign keys
 * left open or anything else that a user is protected by. It says what the lane's comfort costs. */

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rival_group;

/* Takes over `handle`, a sqlite3 connection with its pragmas set and a table rows(worker, number, body). NULL when
 * memory, a thread or the table is missing; `handle` is the caller's again then. */
struct rival_group* rival_group_open(void* handle);

/* Stores a row and returns once its commit is durable: an SQLite result code, 0 for stored. Threads: any. */
int rival_group_write(struct rival_group* group, int worker, int64_t number, const char* text, int text_size);

/* After the last write. Also closes the connection. */
void rival_group_close(struct rival_group* group);

#ifdef __cplusplus
}
#endif

#endif
