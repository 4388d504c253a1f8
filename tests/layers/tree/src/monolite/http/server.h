#pragma once
#include <monolite/base/error.h>
