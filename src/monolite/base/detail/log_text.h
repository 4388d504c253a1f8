#pragma once

#include <string>

#include <monolite/base/log.h>

namespace monolite::base::detail {

/// Appends one field with the separator in front of it: ` key=value` or `,"key":value`.
/// Any bytes are safe in a value: the result never holds a line end, a control character or invalid UTF-8.
/// Bytes that are not UTF-8 become \xNN in logfmt and U+FFFD in JSON, which knows no bytes.
void append_field(std::string& out, LogFormat format, const LogField& field);

}  // namespace monolite::base::detail
