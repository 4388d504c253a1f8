#ifndef BENCH_RIVALS_READS_H
#define BENCH_RIVALS_READS_H

/* Reading rows into plain C structs with the sqlite3 API alone: prepared once, inside of one read transaction, each
 * text copied with malloc and memcpy (its size is known, so nothing is counted twice). */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rival_post {
  int64_t id;
  int64_t user_id;
  char* title;
  size_t title_size;
  char* description;
  size_t description_size;
  int64_t likes;
};

struct rival_reader;

/* Takes over `handle`, a sqlite3 connection with its pragmas set and a table posts; begins the read transaction. NULL
 * when that fails; `handle` is the caller's again then. */
struct rival_reader* rival_reader_open(void* handle, const char* by_id_sql, const char* list_sql);
void rival_reader_close(struct rival_reader* reader);

/* 1 and the post of this id, to be cleared by the caller; 0 when there is none, or on an error. */
int rival_read_post(struct rival_reader* reader, int64_t id, struct rival_post* post);
void rival_clear_post(struct rival_post* post);

/* The posts from an id on, in an array of `*count` to be freed by the caller; NULL on an error. */
struct rival_post* rival_read_posts(struct rival_reader* reader, int64_t from, size_t* count);
void rival_free_posts(struct rival_post* posts, size_t count);

#ifdef __cplusplus
}
#endif

#endif
