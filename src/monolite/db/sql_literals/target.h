#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <monolite/db/sql_literals/scanner.h>

namespace monolite::db::sql_literals {

/// The described struct that `call` of `file` reads rows into. Nothing when its type is a single value, is described
/// elsewhere, or when the name could mean something else as well.
const DescribedStruct* row_struct(std::span<const SourceFile> files, const SourceFile& file, const Call& call);

/// Whether `name`, written inside of namespace `space`, can mean `full`: C++ looks from the inside out.
bool can_mean(std::string_view name, std::string_view space, std::string_view full);

/// The C++ source of a function `function` ("a::b::name") that gives every literal of `files`, and what checks their
/// tables and clauses, as db::SqlSite.
std::string source_for(const std::string& function, std::span<const SourceFile> files);

}  // namespace monolite::db::sql_literals
