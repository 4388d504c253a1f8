// A library to preload (LD_PRELOAD) into a program that uses SQLite. It watches every file that is opened and closed,
// and ends the program with 117 when anything but SQLite
//   - opens a database, or its -shm, that SQLite has open,
//   - closes a descriptor of one: that drops the locks which SQLite holds there, in the whole process,
//   - opens the -wal of one more than once.
// What SQLite does is told by the return address: it lies in a function of sqlite3.c, which the symbol table of the
// program names, or in a library of its own. So the program needs no change.

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

constexpr int kBrokenRule = 117;

template <class F>
F* next(const char* name) {
  return reinterpret_cast<F*>(dlsym(RTLD_NEXT, name));
}

using Identity = std::pair<dev_t, ino_t>;
enum class Kind { kDatabase, kSharedMemory, kWal, kOther };

/// A file that SQLite has open.
struct Watched {
  Kind kind = Kind::kOther;
  int descriptors = 0;    // of SQLite
  int foreign_opens = 0;  // while SQLite had it open
};

Kind kind_of(std::string_view path) {
  if (path.ends_with("-wal")) return Kind::kWal;
  if (path.ends_with("-shm")) return Kind::kSharedMemory;
  return path.ends_with("-journal") ? Kind::kOther : Kind::kDatabase;
}

std::optional<Identity> identity_of(int descriptor) {
  struct stat info {};
  if (descriptor < 0 || fstat(descriptor, &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  return Identity(info.st_dev, info.st_ino);
}

/// Such a descriptor takes no lock, and none is dropped with it.
bool only_names_its_file(int descriptor) { return (fcntl(descriptor, F_GETFL) & O_PATH) != 0; }

/// Where the functions of sqlite3.c are in this program.
class SqliteCode {
 public:
  SqliteCode() {
    const int file = next<int(const char*, int, ...)>("open")("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    struct stat info {};
    if (file < 0 || fstat(file, &info) != 0) return;
    const auto size = static_cast<std::size_t>(info.st_size);
    void* const image = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
    next<int(int)>("close")(file);
    if (image == MAP_FAILED) return;
    collect(static_cast<const char*>(image));
    munmap(image, size);
    std::sort(functions_.begin(), functions_.end());
  }

  bool contains(const void* address) const {
    if (is_in_library_of_sqlite(address)) return true;
    const auto at = reinterpret_cast<std::uintptr_t>(address);
    const auto after = std::upper_bound(functions_.begin(), functions_.end(), Range(at, UINTPTR_MAX));
    return after != functions_.begin() && at <= std::prev(after)->second;
  }

 private:
  using Range = std::pair<std::uintptr_t, std::uintptr_t>;

  static bool is_in_library_of_sqlite(const void* address) {
    Dl_info info{};
    return dladdr(address, &info) != 0 && info.dli_fname && std::strstr(info.dli_fname, "libsqlite3") != nullptr;
  }

  /// The address at which the program itself was loaded: the first that the loader tells.
  static std::uintptr_t base() {
    std::uintptr_t found = 0;
    dl_iterate_phdr(
        [](dl_phdr_info* program, std::size_t, void* result) {
          *static_cast<std::uintptr_t*>(result) = program->dlpi_addr;
          return 1;
        },
        &found);
    return found;
  }

  void collect(const char* image) {
    const auto* const header = reinterpret_cast<const ElfW(Ehdr)*>(image);
    const auto* const sections = reinterpret_cast<const ElfW(Shdr)*>(image + header->e_shoff);
    for (int i = 0; i < header->e_shnum; ++i) {
      if (sections[i].sh_type == SHT_SYMTAB) collect(image, sections[i], sections[sections[i].sh_link]);
    }
  }

  /// Local symbols follow the symbol of their source file.
  void collect(const char* image, const ElfW(Shdr) & table, const ElfW(Shdr) & names) {
    const auto* const symbols = reinterpret_cast<const ElfW(Sym)*>(image + table.sh_offset);
    const auto begin = base();
    bool is_sqlite = false;
    for (std::size_t i = 0; i < table.sh_size / sizeof(ElfW(Sym)); ++i) {
      const auto& symbol = symbols[i];
      const std::string_view name = image + names.sh_offset + symbol.st_name;
      const auto type = ELF64_ST_TYPE(symbol.st_info);
      if (type == STT_FILE) is_sqlite = name == "sqlite3.c";
      if (type == STT_FUNC && is_sqlite) {
        functions_.emplace_back(begin + symbol.st_value, begin + symbol.st_value + symbol.st_size);
      }
    }
  }

  std::vector<Range> functions_;
};

class Watcher {
 public:
  void opened(int descriptor, const char* path, const void* caller) {
    const auto file = identity_of(descriptor);
    if (!file) return;
    const bool by_sqlite = code_.contains(caller);
    const std::lock_guard lock(mutex_);
    if (by_sqlite) {
      watch(descriptor, *file, path);
    } else if (const auto found = files_.find(*file); found != files_.end()) {
      opened_by_others(found->second, path);
    }
  }

  void closing(int descriptor, const void* caller) {
    const auto file = identity_of(descriptor);
    if (!file || only_names_its_file(descriptor)) return;
    const bool by_sqlite = code_.contains(caller);
    const std::lock_guard lock(mutex_);
    const auto found = files_.find(*file);
    if (found == files_.end()) return;
    if (descriptors_.erase(descriptor) != 0) {
      if (!by_sqlite) fail("closes a descriptor of SQLite", "");
      if (--found->second.descriptors == 0) files_.erase(found);
    } else if (found->second.kind == Kind::kDatabase || found->second.kind == Kind::kSharedMemory) {
      fail("closes a descriptor of a file that SQLite has open, which drops its locks", "");
    }
  }

 private:
  void watch(int descriptor, const Identity& file, const char* path) {
    auto& watched = files_[file];
    watched.kind = kind_of(path);
    ++watched.descriptors;
    descriptors_[descriptor] = file;
  }

  static void opened_by_others(Watched& file, const char* path) {
    ++file.foreign_opens;
    if (file.kind == Kind::kDatabase) fail("opens a database that SQLite has open", path);
    if (file.kind == Kind::kSharedMemory) fail("opens the -shm of an open database", path);
    if (file.kind == Kind::kWal && file.foreign_opens > 1) fail("opens the -wal of an open database again", path);
  }

  [[noreturn]] static void fail(const char* what, const char* path) {
    dprintf(STDERR_FILENO, "open watcher: something that is not SQLite %s: %s\n", what, path);
    _exit(kBrokenRule);
  }

  const SqliteCode code_;
  std::mutex mutex_;
  std::map<Identity, Watched> files_;
  std::map<int, Identity> descriptors_;  // of SQLite
};

/// Lives as long as the process: files are still closed at its end.
Watcher& watcher() {
  static Watcher& instance = *new Watcher;
  return instance;
}

/// Made before the program starts, so that making it is not watched.
[[gnu::constructor]] void make_watcher() { watcher(); }

mode_t mode_of(int flags, va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

int watch_open(int descriptor, const char* path, int flags, const void* caller) {
  if ((flags & O_PATH) == 0) watcher().opened(descriptor, path, caller);
  return descriptor;
}

FILE* watch_stream(FILE* stream, const char* path, const void* caller) {
  if (stream) watcher().opened(fileno(stream), path, caller);
  return stream;
}

}  // namespace

// The functions of libc, under their names. The return address is taken here: one call deeper it would be our own.
#define WATCHED_OPEN(name)                                                                \
  int name(const char* path, int flags, ...) {                                            \
    va_list arguments;                                                                    \
    va_start(arguments, flags);                                                           \
    const mode_t mode = mode_of(flags, arguments);                                        \
    va_end(arguments);                                                                    \
    static auto* const real = next<int(const char*, int, ...)>(#name);                    \
    return watch_open(real(path, flags, mode), path, flags, __builtin_return_address(0)); \
  }
#define WATCHED_OPENAT(name)                                                                      \
  int name(int folder, const char* path, int flags, ...) {                                        \
    va_list arguments;                                                                            \
    va_start(arguments, flags);                                                                   \
    const mode_t mode = mode_of(flags, arguments);                                                \
    va_end(arguments);                                                                            \
    static auto* const real = next<int(int, const char*, int, ...)>(#name);                       \
    return watch_open(real(folder, path, flags, mode), path, flags, __builtin_return_address(0)); \
  }
#define WATCHED_CREAT(name)                                                           \
  int name(const char* path, mode_t mode) {                                           \
    static auto* const real = next<int(const char*, mode_t)>(#name);                  \
    return watch_open(real(path, mode), path, O_WRONLY, __builtin_return_address(0)); \
  }
#define WATCHED_FOPEN(name)                                                   \
  FILE* name(const char* path, const char* mode) {                            \
    static auto* const real = next<FILE*(const char*, const char*)>(#name);   \
    return watch_stream(real(path, mode), path, __builtin_return_address(0)); \
  }

extern "C" {

WATCHED_OPEN(open)
WATCHED_OPEN(open64)
WATCHED_OPENAT(openat)
WATCHED_OPENAT(openat64)
WATCHED_CREAT(creat)
WATCHED_CREAT(creat64)
WATCHED_FOPEN(fopen)
WATCHED_FOPEN(fopen64)

int close(int descriptor) {
  static auto* const real = next<int(int)>("close");
  watcher().closing(descriptor, __builtin_return_address(0));
  return real(descriptor);
}

int fclose(FILE* stream) {
  static auto* const real = next<int(FILE*)>("fclose");
  watcher().closing(fileno(stream), __builtin_return_address(0));
  return real(stream);
}
}
