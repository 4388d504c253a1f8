#include <exception>

#include <bench/ceiling.h>
#include <bench/dataset.h>
#include <bench/options.h>
#include <bench/serve.h>
#include <fmt/format.h>

#include <monolite/app/process.h>
#include <monolite/base/error.h>

namespace {

void run(const bench::Options& options) {
  switch (options.job) {
    case bench::Job::kServe:
      return bench::serve(options);
    case bench::Job::kPrepare:
      return bench::prepare(options);
    case bench::Job::kCeiling:
      return bench::run_ceiling(options);
  }
}

}  // namespace

int main(int argc, char** argv) {
  monolite::app::tune_process();
  try {
    int exit_code = 0;
    if (const auto options = bench::parse(argc, argv, exit_code)) run(*options);
    return exit_code;
  } catch (...) {  // the root of the process: said to the person, then the exit code
    fmt::print(stderr, "error: {}\n", monolite::base::describe(std::current_exception()));
    return 1;
  }
}
