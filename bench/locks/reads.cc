#include <algorithm>
#include <functional>
#include <stdexcept>
#include <string_view>

#include <bench/locks/bare.h>
#include <bench/locks/reads.h>
#include <bench/rivals/reads.h>
#include <boost/describe/class.hpp>
#include <fmt/format.h>

#include <monolite/base/loop.h>

namespace bench::locks {
namespace {

namespace db = monolite::db;
using db::operator""_sql;
using monolite::base::Monotonic;

constexpr auto kById = "SELECT id, user_id, title, description, likes FROM posts WHERE id = ?"_sql;
constexpr auto kList =
    "SELECT id, user_id, title, description, likes FROM posts WHERE id >= ? ORDER BY id LIMIT 100"_sql;
constexpr int kCacheKib = 64'000;  // all of it fits: this measures reading, not the disk
constexpr auto kSlice = std::chrono::milliseconds(20);

struct Post {
  std::int64_t id;
  std::int64_t user_id;
  std::string title;
  std::string description;
  std::int64_t likes;
};
BOOST_DESCRIBE_STRUCT(Post, (), (id, user_id, title, description, likes))

struct PostView {
  std::int64_t id;
  std::int64_t user_id;
  std::string_view title;
  std::string_view description;
  std::int64_t likes;
};
BOOST_DESCRIBE_STRUCT(PostView, (), (id, user_id, title, description, likes))

void fill(const std::filesystem::path& file, std::int64_t posts) {
  const auto connection = open_bare(file, db::sqlite::Synchronous::kOff);
  execute(connection.get(),
          "CREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL, title TEXT NOT NULL, "
          "description TEXT NOT NULL, likes INTEGER NOT NULL) STRICT");
  execute(connection.get(),
          fmt::format("WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {}) "
                      "INSERT INTO posts SELECT i, i % 1000, printf('A title of usual length %06d', i), "
                      "hex(randomblob(150)), i % 97 FROM n",
                      posts - 1));
}

struct CloseReader {
  void operator()(rival_reader* reader) const noexcept { rival_reader_close(reader); }
};

/// A number that both sides must find for the same ids: nobody reads less than the other.
template <class P>
std::int64_t digest(const P& post) {
  return post.id + post.user_id + post.likes + static_cast<std::int64_t>(post.title.size() + post.description.size());
}
std::int64_t digest(const rival_post& post) {
  return post.id + post.user_id + post.likes + static_cast<std::int64_t>(post.title_size + post.description_size);
}

/// The database, opened by both sides.
class Readers {
 public:
  explicit Readers(const std::filesystem::path& file)
      : database_(db::sqlite::open({.path = file.string(), .reader_cache_kib = kCacheKib})) {
    auto connection = open_bare(file, db::sqlite::Synchronous::kFull);
    execute(connection.get(), fmt::format("PRAGMA cache_size=-{}", kCacheKib));
    rival_.reset(rival_reader_open(connection.get(), kById.text().data(), kList.text().data()));
    if (!rival_) throw std::runtime_error("the rival cannot read");
    connection.release();  // NOLINT(bugprone-unused-return-value): the reader closes it
  }

  std::int64_t ours(Reading reading, std::int64_t from, int times, std::int64_t step) {
    switch (reading) {
      case Reading::kPoint:
        return sum(from, times, step, [&](std::int64_t id) {
          return digest(*database_->read([&](db::ReadSession& session) { return session.find<Post>(kById, id); }));
        });
      case Reading::kPointInOneClosure:
        return database_->read([&](db::ReadSession& session) {
          return sum(from, times, step, [&](std::int64_t id) { return digest(*session.find<Post>(kById, id)); });
        });
      case Reading::kList:
        return sum(from, times, step, [&](std::int64_t id) { return lists<Post>(id); });
      case Reading::kViews:
        return sum(from, times, step, [&](std::int64_t id) { return lists<PostView>(id); });
    }
    return 0;
  }

  std::int64_t bare(Reading reading, std::int64_t from, int times, std::int64_t step) {
    const bool is_point = reading == Reading::kPoint || reading == Reading::kPointInOneClosure;
    return sum(from, times, step, [&](std::int64_t id) { return is_point ? bare_point(id) : bare_list(id); });
  }

 private:
  static std::int64_t sum(std::int64_t from, int times, std::int64_t step, const auto& read) {
    std::int64_t total = 0;
    for (int i = 0; i < times; ++i) total += read(from = (from + 7919) % step);
    return total;
  }

  template <class P>
  std::int64_t lists(std::int64_t id) {
    const auto posts = database_->read([&](db::ReadSession& session) { return session.all<P>(kList, id); });
    std::int64_t total = 0;
    for (const auto& post : posts) total += digest(post);
    return total;
  }

  std::int64_t bare_point(std::int64_t id) {
    rival_post post{};
    if (rival_read_post(rival_.get(), id, &post) == 0) return 0;
    const auto found = digest(post);
    rival_clear_post(&post);
    return found;
  }

  std::int64_t bare_list(std::int64_t id) {
    std::size_t count = 0;
    rival_post* const posts = rival_read_posts(rival_.get(), id, &count);
    std::int64_t total = 0;
    for (std::size_t i = 0; i < count; ++i) total += digest(posts[i]);
    rival_free_posts(posts, count);
    return total;
  }

  std::unique_ptr<db::Database> database_;
  std::unique_ptr<rival_reader, CloseReader> rival_;
};

/// On a task of a loop, as a request is: its reads share one snapshot.
void on_task(const std::function<void()>& work) {
  std::exception_ptr failure;
  monolite::base::Loop loop({.mode = monolite::base::TaskMode::kFiber});
  loop.spawn(
      [&] {
        try {
          work();
        } catch (...) {  // thrown again outside of the loop
          failure = std::current_exception();
        }
      },
      [&] { loop.stop(); });
  loop.run();
  if (failure) std::rethrow_exception(failure);
}

int times_per_call(Reading reading) {
  return reading == Reading::kPoint || reading == Reading::kPointInOneClosure ? 100 : 2;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values.empty() ? 0 : values[values.size() / 2];
}

/// Reads per second of one side over a slice of time.
double rate_of(int times, const std::function<std::int64_t(std::int64_t)>& read) {
  const auto begun = Monotonic::now();
  std::int64_t reads = 0;
  std::chrono::duration<double> took{};
  do {
    read(reads);
    reads += times;
    took = Monotonic::now() - begun;
  } while (took < kSlice);
  return static_cast<double>(reads) / took.count();
}

}  // namespace

std::string_view name_of(Reading reading) {
  switch (reading) {
    case Reading::kPoint:
      return "point";
    case Reading::kPointInOneClosure:
      return "point_one_closure";
    case Reading::kList:
      return "list";
    case Reading::kViews:
      return "views";
  }
  return "";
}

std::vector<Reading> all_readings() {
  return {Reading::kPoint, Reading::kPointInOneClosure, Reading::kList, Reading::kViews};
}

ReadBench::ReadBench(std::filesystem::path file, std::int64_t posts) : file_(std::move(file)), posts_(posts) {
  fill(file_, posts_);
}

ReadResult ReadBench::compare(Reading reading, std::chrono::milliseconds duration) {
  ReadResult result;
  result.name = name_of(reading);
  std::vector<double> ours_rates, bare_rates, ratios;
  on_task([&] {
    Readers readers(file_);
    const int times = times_per_call(reading);
    const auto last = posts_ - 100;  // each list has a hundred rows
    const auto ours = [&](std::int64_t from) { return readers.ours(reading, from, times, last); };
    const auto bare = [&](std::int64_t from) { return readers.bare(reading, from, times, last); };
    if (readers.ours(reading, 0, 1000, last) != readers.bare(reading, 0, 1000, last)) {
      result.problems.emplace_back("both sides read different rows");
    }
    const auto end = Monotonic::now() + duration;
    for (int i = 0; Monotonic::now() < end || ratios.empty(); ++i) {
      const bool ours_first = i % 2 == 0;
      const double first = ours_first ? rate_of(times, ours) : rate_of(times, bare);
      const double second = ours_first ? rate_of(times, bare) : rate_of(times, ours);
      ours_rates.push_back(ours_first ? first : second);
      bare_rates.push_back(ours_first ? second : first);
      ratios.push_back(ours_rates.back() / bare_rates.back());
    }
  });
  result.ours_per_second = median(ours_rates);
  result.bare_per_second = median(bare_rates);
  result.ratio = median(ratios);
  return result;
}

void ReadBench::repeat(Reading reading, Side side, int times) {
  on_task([&] {
    Readers readers(file_);
    side == Side::kOurs ? readers.ours(reading, 0, times, posts_ - 100) : readers.bare(reading, 0, times, posts_ - 100);
  });
}

}  // namespace bench::locks
