#pragma once
#include <monolite/base/error.h>
#include <boost/asio/io_context.hpp>
