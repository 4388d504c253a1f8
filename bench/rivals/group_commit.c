#define _GNU_SOURCE
#include "group_commit.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MOST_IN_BATCH = 256, CHECKPOINT_FRAMES = 1000 };
enum { BEGIN, COMMIT, ROLLBACK, SAVEPOINT, RELEASE, ROLLBACK_TO, INSERT, STATEMENTS };

static const char* const SQL[STATEMENTS] = {
    "BEGIN IMMEDIATE",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT unit",
    "RELEASE unit",
    "ROLLBACK TO unit",
    "INSERT INTO rows (worker, number, body) VALUES (?, ?, ?)",
};

/* Lives on the stack of the caller until `done`. */
struct request {
  struct request* next;
  const char* text;
  int64_t number;
  int worker;
  int text_size;
  int result;
  _Atomic uint32_t done;
};

struct rival_group {
  sqlite3* handle;
  sqlite3_stmt* statements[STATEMENTS];
  int frames;
  int frames_at_checkpoint;

  pthread_mutex_t mutex; /* guards what follows */
  pthread_cond_t wake;
  struct request* first;
  struct request** end;
  int active; /* somebody owns the connection */
  int stopping;
  pthread_t thread;
};

static int run(struct rival_group* group, int which) {
  sqlite3_stmt* statement = group->statements[which];
  int result = sqlite3_step(statement);
  sqlite3_reset(statement);
  return result == SQLITE_DONE ? SQLITE_OK : result;
}

static int insert(struct rival_group* group, const struct request* request) {
  sqlite3_stmt* statement = group->statements[INSERT];
  sqlite3_bind_int(statement, 1, request->worker);
  sqlite3_bind_int64(statement, 2, request->number);
  sqlite3_bind_text64(statement, 3, request->text, (sqlite3_uint64)request->text_size, SQLITE_STATIC, SQLITE_UTF8);
  return run(group, INSERT);
}

static void insert_in_savepoint(struct rival_group* group, struct request* request) {
  request->result = run(group, SAVEPOINT);
  if (request->result != SQLITE_OK) return;
  request->result = insert(group, request);
  if (request->result != SQLITE_OK) run(group, ROLLBACK_TO);
  int released = run(group, RELEASE);
  if (request->result == SQLITE_OK) request->result = released;
}

static void fail_all(struct request* batch, int result) {
  for (; batch; batch = batch->next) batch->result = result;
}

/* One transaction for all of them. */
static void store(struct rival_group* group, struct request* batch) {
  int result = run(group, BEGIN);
  if (result != SQLITE_OK) {
    fail_all(batch, result);
    return;
  }
  if (!batch->next) {
    batch->result = insert(group, batch);
  } else {
    for (struct request* each = batch; each; each = each->next) insert_in_savepoint(group, each);
  }
  result = run(group, COMMIT);
  if (result == SQLITE_OK) return;
  run(group, ROLLBACK);
  fail_all(batch, result);
}

static void answer(struct request* batch) {
  while (batch) {
    _Atomic uint32_t* done = &batch->done;
    batch = batch->next; /* read now: the request is gone as soon as it is done */
    atomic_store_explicit(done, 1, memory_order_release);
    syscall(SYS_futex, done, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
  }
}

static void checkpoint_if_due(struct rival_group* group) {
  if (group->frames < group->frames_at_checkpoint) group->frames_at_checkpoint = 0;
  if (group->frames - group->frames_at_checkpoint < CHECKPOINT_FRAMES) return;
  group->frames_at_checkpoint = group->frames;
  sqlite3_wal_checkpoint_v2(group->handle, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

/* Takes the oldest requests out of the queue, as a list of their own. Holds the mutex. */
static struct request* take_batch(struct rival_group* group) {
  struct request* batch = group->first;
  struct request* last = batch;
  for (int i = 1; i < MOST_IN_BATCH && last->next; ++i) last = last->next;
  group->first = last->next;
  if (!group->first) group->end = &group->first;
  last->next = NULL;
  return batch;
}

static void* serve(void* argument) {
  struct rival_group* group = argument;
  pthread_mutex_lock(&group->mutex);
  for (;;) {
    while (group->active || (!group->first && !group->stopping)) pthread_cond_wait(&group->wake, &group->mutex);
    if (!group->first) break;
    struct request* batch = take_batch(group);
    group->active = 1;
    pthread_mutex_unlock(&group->mutex);
    store(group, batch);
    answer(batch);
    checkpoint_if_due(group);
    pthread_mutex_lock(&group->mutex);
    group->active = 0;
  }
  pthread_mutex_unlock(&group->mutex);
  return NULL;
}

static int on_commit(void* group, sqlite3* handle, const char* name, int frames) {
  (void)handle;
  (void)name;
  ((struct rival_group*)group)->frames = frames;
  return SQLITE_OK;
}

static void finalize_all(struct rival_group* group) {
  for (int i = 0; i < STATEMENTS; ++i) sqlite3_finalize(group->statements[i]);
}

struct rival_group* rival_group_open(void* handle) {
  struct rival_group* group = calloc(1, sizeof *group);
  if (!group) return NULL;
  group->handle = handle;
  group->end = &group->first;
  pthread_mutex_init(&group->mutex, NULL);
  pthread_cond_init(&group->wake, NULL);
  int result = SQLITE_OK;
  for (int i = 0; i < STATEMENTS && result == SQLITE_OK; ++i) {
    result = sqlite3_prepare_v3(handle, SQL[i], -1, SQLITE_PREPARE_PERSISTENT, &group->statements[i], NULL);
  }
  sqlite3_wal_hook(handle, on_commit, group);
  if (result == SQLITE_OK && pthread_create(&group->thread, NULL, serve, group) == 0) return group;
  finalize_all(group);
  free(group);
  return NULL;
}

/* A caller that finds nobody at work does it itself, as in the lane. Holds the mutex and gives it back. */
static int write_directly(struct rival_group* group, struct request* request) {
  group->active = 1;
  pthread_mutex_unlock(&group->mutex);
  store(group, request);
  checkpoint_if_due(group);
  pthread_mutex_lock(&group->mutex);
  group->active = 0;
  if (group->first) pthread_cond_signal(&group->wake);
  pthread_mutex_unlock(&group->mutex);
  return request->result;
}

int rival_group_write(struct rival_group* group, int worker, int64_t number, const char* text, int text_size) {
  struct request request = {.text = text, .number = number, .worker = worker, .text_size = text_size};
  pthread_mutex_lock(&group->mutex);
  if (!group->active && !group->first) return write_directly(group, &request);
  *group->end = &request;
  group->end = &request.next;
  pthread_mutex_unlock(&group->mutex); /* whoever is active looks at the queue before it rests */
  while (atomic_load_explicit(&request.done, memory_order_acquire) == 0) {
    syscall(SYS_futex, &request.done, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
  }
  return request.result;
}

void rival_group_close(struct rival_group* group) {
  pthread_mutex_lock(&group->mutex);
  group->stopping = 1;
  pthread_cond_signal(&group->wake);
  pthread_mutex_unlock(&group->mutex);
  pthread_join(group->thread, NULL);
  finalize_all(group);
  sqlite3_close_v2(group->handle);
  free(group);
}
