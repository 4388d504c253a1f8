#include "reads.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROWS = 16 };

struct rival_reader {
  sqlite3* handle;
  sqlite3_stmt* by_id;
  sqlite3_stmt* list;
};

struct rival_reader* rival_reader_open(void* handle, const char* by_id_sql, const char* list_sql) {
  struct rival_reader* reader = calloc(1, sizeof *reader);
  if (!reader) return NULL;
  reader->handle = handle;
  if (sqlite3_prepare_v3(handle, by_id_sql, -1, SQLITE_PREPARE_PERSISTENT, &reader->by_id, NULL) == SQLITE_OK &&
      sqlite3_prepare_v3(handle, list_sql, -1, SQLITE_PREPARE_PERSISTENT, &reader->list, NULL) == SQLITE_OK &&
      sqlite3_exec(handle, "BEGIN", NULL, NULL, NULL) == SQLITE_OK) {
    return reader;
  }
  sqlite3_finalize(reader->by_id);
  sqlite3_finalize(reader->list);
  free(reader);
  return NULL;
}

void rival_reader_close(struct rival_reader* reader) {
  sqlite3_finalize(reader->by_id);
  sqlite3_finalize(reader->list);
  sqlite3_exec(reader->handle, "COMMIT", NULL, NULL, NULL);
  sqlite3_close_v2(reader->handle);
  free(reader);
}

static char* copy_of_text(sqlite3_stmt* statement, int column, size_t* size) {
  const unsigned char* text = sqlite3_column_text(statement, column);
  *size = (size_t)sqlite3_column_bytes(statement, column);
  char* copy = malloc(*size + 1);
  if (!copy) abort();
  memcpy(copy, text, *size + 1);
  return copy;
}

static void fill(sqlite3_stmt* statement, struct rival_post* post) {
  post->id = sqlite3_column_int64(statement, 0);
  post->user_id = sqlite3_column_int64(statement, 1);
  post->title = copy_of_text(statement, 2, &post->title_size);
  post->description = copy_of_text(statement, 3, &post->description_size);
  post->likes = sqlite3_column_int64(statement, 4);
}

int rival_read_post(struct rival_reader* reader, int64_t id, struct rival_post* post) {
  sqlite3_bind_int64(reader->by_id, 1, id);
  int found = sqlite3_step(reader->by_id) == SQLITE_ROW;
  if (found) fill(reader->by_id, post);
  sqlite3_reset(reader->by_id);
  return found;
}

void rival_clear_post(struct rival_post* post) {
  free(post->title);
  free(post->description);
}

struct rival_post* rival_read_posts(struct rival_reader* reader, int64_t from, size_t* count) {
  size_t room = FIRST_ROWS;
  struct rival_post* posts = malloc(room * sizeof *posts);
  *count = 0;
  sqlite3_bind_int64(reader->list, 1, from);
  int result = posts ? sqlite3_step(reader->list) : SQLITE_NOMEM;
  for (; result == SQLITE_ROW; result = sqlite3_step(reader->list)) {
    if (*count == room) {
      struct rival_post* more = realloc(posts, 2 * room * sizeof *posts);
      if (!more) break;
      posts = more;
      room *= 2;
    }
    fill(reader->list, &posts[(*count)++]);
  }
  sqlite3_reset(reader->list);
  if (result == SQLITE_DONE) return posts;
  rival_free_posts(posts, *count);
  return NULL;
}

void rival_free_posts(struct rival_post* posts, size_t count) {
  for (size_t i = 0; i < count; ++i) rival_clear_post(&posts[i]);
  free(posts);
}
