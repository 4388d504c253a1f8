/* A library that loads, but is no extension of SQLite. */
int ml_test_nothing(void) { return 0; }
