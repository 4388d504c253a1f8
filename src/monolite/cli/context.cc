#include <monolite/cli/command.h>

namespace monolite::cli {

std::unique_ptr<app::App> Context::open(const app::Config& config, db::sqlite::CreateFile create) {
  return std::make_unique<app::App>(application, config, world(config), create);
}

}  // namespace monolite::cli
