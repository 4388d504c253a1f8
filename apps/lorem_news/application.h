#pragma once

#include <span>
#include <string>
#include <vector>

#include <monolite/app/app.h>
#include <monolite/app/application.h>

namespace lorem_news {

/// Lorem News, ready for `cli::main`.
monolite::app::Application application();

std::vector<monolite::db::Migration> migrations();

/// 100 users, about 1,000 posts and 10,000 comments of lorem ipsum; every password is `password`.
void seed(monolite::db::WriteSession& tx, const monolite::app::Seeding& seeding);

/// Declares the routes; their controllers live as long as the app.
void routes(monolite::app::App& app);

/// Collected at build time.
std::span<const monolite::db::SqlSite> sql_literals();

}  // namespace lorem_news
