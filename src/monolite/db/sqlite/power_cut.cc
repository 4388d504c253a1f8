#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include <monolite/base/error.h>
#include <monolite/base/rng.h>
#include <monolite/db/sqlite/power_cut.h>

namespace monolite::db::sqlite {
namespace {

namespace fs = std::filesystem;

using Bytes = std::vector<char>;

/// What a disk writes whole or not at all.
constexpr std::size_t kSector = 512;

/// A write, or with nothing in `truncated_to` a truncation.
struct Change {
  std::size_t at = 0;
  Bytes bytes = {};
  std::optional<std::size_t> truncated_to = {};
};

void put(Bytes& content, std::size_t at, const char* from, std::size_t size) {
  if (content.size() < at + size) content.resize(at + size);
  std::copy_n(from, size, content.begin() + static_cast<std::ptrdiff_t>(at));
}

void apply(Bytes& content, const Change& change) {
  if (change.truncated_to) {
    content.resize(*change.truncated_to);
  } else {
    put(content, change.at, change.bytes.data(), change.bytes.size());
  }
}

Bytes read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

void write_file(const fs::path& path, const Bytes& content) {
  std::ofstream file(path, std::ios::binary);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  ML_REQUIRE(file.good(), fmt::format("cannot write {}", path.string()));
}

/// Decides what survives a cut.
class Chance {
 public:
  explicit Chance(const PowerCutDisk::Cut& cut) : rng_(cut.seed), survivors_(cut.survivors) {
    // Cuts differ in how much survives: nearly nothing, nearly all, anything between.
    constexpr double kShares[] = {0.02, 0.3, 0.7, 0.98};
    share_ = kShares[rng_.next() % std::size(kShares)];
  }

  bool survives() {
    if (survivors_ != PowerCutDisk::Survivors::kRandom) return survivors_ == PowerCutDisk::Survivors::kAll;
    return rng_.unit() < share_;
  }

 private:
  base::SeededRng rng_;
  const PowerCutDisk::Survivors survivors_;
  double share_ = 0;
};

void apply_what_survives(Bytes& content, const Change& change, Chance& chance) {
  if (change.truncated_to) {
    if (chance.survives()) apply(content, change);
    return;
  }
  const std::size_t end = change.at + change.bytes.size();
  for (std::size_t at = change.at; at < end;) {
    const std::size_t next = std::min(end, (at / kSector + 1) * kSector);
    if (chance.survives()) put(content, at, change.bytes.data() + (at - change.at), next - at);
    at = next;
  }
}

}  // namespace

/// A file, whatever its name.
struct PowerCutDisk::Inode {
  Bytes durable;
  std::vector<Change> pending;  // in order
  bool synced_once = false;

  Bytes after(Chance& chance) const {
    Bytes content = durable;
    for (const Change& change : pending) apply_what_survives(content, change, chance);
    return content;
  }
};

PowerCutDisk::File PowerCutDisk::opened(const std::string& path) {
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[path];
  if (!entry.live) {
    entry.live = std::make_shared<Inode>();
    entry.live->durable = read_file(path);  // not seen before: as old as the disk; a new one is empty
    if (!entry.live->durable.empty()) entry.durable = entry.live;
  }
  return entry.live;
}

void PowerCutDisk::written(Inode& file, const void* bytes, std::size_t size, std::size_t at) {
  const auto* const begin = static_cast<const char*>(bytes);
  const std::lock_guard lock(mutex_);
  file.pending.push_back({.at = at, .bytes = Bytes(begin, begin + size)});
}

void PowerCutDisk::truncated(Inode& file, std::size_t size) {
  const std::lock_guard lock(mutex_);
  file.pending.push_back({.truncated_to = size});
}

void PowerCutDisk::synced(Inode& file, const std::string& path, FolderSync folder) {
  if (syncs_ == Syncs::kLies) return;
  const std::lock_guard lock(mutex_);
  for (const Change& change : file.pending) apply(file.durable, change);
  file.pending.clear();
  if (folder == FolderSync::kYes && !file.synced_once) sync_folder_of(path);
  file.synced_once = true;
}

void PowerCutDisk::removed(const std::string& path, FolderSync folder) {
  const std::lock_guard lock(mutex_);
  entries_[path].live = nullptr;
  if (folder == FolderSync::kYes && syncs_ == Syncs::kHonest) sync_folder_of(path);
}

void PowerCutDisk::sync_folder_of(const std::string& path) {
  const auto folder = fs::path(path).parent_path();
  for (auto& [name, entry] : entries_) {
    if (fs::path(name).parent_path() == folder) entry.durable = entry.live;
  }
}

void PowerCutDisk::cut_power(const fs::path& folder, const Cut& cut) const {
  Chance chance(cut);
  const std::lock_guard lock(mutex_);
  for (const auto& [name, entry] : entries_) {
    const bool is_as_lived = entry.live == entry.durable || chance.survives();
    const File& file = is_as_lived ? entry.live : entry.durable;
    if (file) write_file(folder / fs::path(name).filename(), file->after(chance));
  }
}

std::size_t PowerCutDisk::unsynced_writes() const {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const auto& [name, entry] : entries_) count += entry.live ? entry.live->pending.size() : 0;
  return count;
}

}  // namespace monolite::db::sqlite
