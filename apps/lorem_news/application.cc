#include <lorem_news/application.h>

namespace lorem_news {

monolite::app::Application application() {
  return {.name = "lorem_news",
          .title = "Lorem News",
          .public_folder = LOREM_NEWS_PUBLIC,
          .build = routes,
          .migrations = migrations(),
          .seed = seed,
          .sql = sql_literals()};
}

}  // namespace lorem_news
