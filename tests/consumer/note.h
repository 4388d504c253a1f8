#pragma once

#include <cstdint>
#include <string>

#include <boost/describe/class.hpp>

struct Note {
  std::int64_t id;
  std::string body;
};
BOOST_DESCRIBE_STRUCT(Note, (), (id, body))
