#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <fmt/format.h>

#include <monolite/base/error.h>
#include <monolite/base/temporary_folder.h>

namespace monolite::base {

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "monolite.XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    const int number = errno;
    throw Error(
        {.code = ErrorCode::kIo,
         .what = fmt::format("cannot make a temporary folder {}: {}", name, std::generic_category().message(number)),
         .hint = "TMPDIR names another place for temporary files"});
  }
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;  // a folder left behind for the system to clear harms nobody
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace monolite::base
