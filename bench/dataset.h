#pragma once

#include <bench/options.h>

#include <monolite/app/application.h>

namespace bench {

/// Lorem News with the seed that `data` names.
monolite::app::Application application_with(Data data);

/// Makes the file, migrates, seeds, and adds `options.extra_posts`. Errors: those of opening, migrating and writing;
/// kConfig when the file holds a seeded database already.
void prepare(const Options& options);

}  // namespace bench
