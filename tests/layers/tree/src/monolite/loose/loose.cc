#include <monolite/base/error.h>
