#include <algorithm>
#include <memory>

#include <crypt.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

#include <monolite/base/crypto.h>
#include <monolite/base/detail/sodium.h>
#include <monolite/base/error.h>
#include <monolite/base/rng.h>

namespace monolite::base::crypto {
namespace {

constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr char kSignatureMark = '.';  // not in the alphabet of base64url
constexpr std::size_t kMaxPasswordBytes = 72;
constexpr std::size_t kBcryptDigestChars = 60;

const std::uint8_t* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

std::uint8_t* bytes_of(std::string& text) noexcept { return reinterpret_cast<std::uint8_t*>(text.data()); }

[[noreturn]] void throw_failed(std::string_view operation) {
  throw Error({.code = ErrorCode::kInternal,
               .scope = ErrorScope::kBug,
               .what = fmt::format("{} failed in the cryptographic library", operation),
               .hint = "check that the installed OpenSSL, libsodium and libxcrypt offer it"});
}

/// The purpose comes first with its length, so no other (purpose, text) pair gives the same bytes.
std::string signature_of(const Key& key, std::string_view purpose, std::string_view text) {
  return hmac_sha256(key, fmt::format("{}:{}{}", purpose.size(), purpose, text));
}

/// bcrypt's scratch space (32 KiB): on the heap because task stacks are small; wiped because it saw the password.
struct CryptScratch {
  std::unique_ptr<crypt_data> data = std::make_unique<crypt_data>();
  ~CryptScratch() { sodium_memzero(data.get(), sizeof(crypt_data)); }
};

bool usable_password(std::string_view password) noexcept {
  // bcrypt reads a C string and drops what is beyond 72 bytes: both would let different passwords match.
  return password.size() <= kMaxPasswordBytes && password.find('\0') == std::string_view::npos;
}

bool looks_like_bcrypt(std::string_view digest) noexcept {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto in_alphabet = [&](char c) {
    return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '/';
  };
  return digest.size() == kBcryptDigestChars &&
         (digest.starts_with("$2a$") || digest.starts_with("$2b$") || digest.starts_with("$2y$")) && digit(digest[4]) &&
         digit(digest[5]) && digest[6] == '$' && std::all_of(digest.begin() + 7, digest.end(), in_alphabet);
}

/// The bcrypt digest of `password` under `setting` (a salt or a whole digest); empty when the setting is refused.
std::string bcrypt(std::string_view password, const std::string& setting) {
  CryptScratch scratch;
  std::string phrase(password);
  const char* digest = crypt_r(phrase.c_str(), setting.c_str(), scratch.data.get());
  sodium_memzero(phrase.data(), phrase.size());
  // libxcrypt reports failure by null or by a text that starts with '*'.
  return digest == nullptr || digest[0] == '*' ? std::string() : std::string(digest);
}

}  // namespace

Key derive_key(std::string_view secret, std::string_view label) {
  // HKDF-SHA-256 (RFC 5869) with a fixed salt; one block of output is exactly a Key.
  constexpr std::string_view kSalt = "monolite key v1";
  const std::string pseudo_random = hmac_sha256({bytes_of(kSalt), kSalt.size()}, secret);
  const std::string block =
      hmac_sha256({bytes_of(std::string_view(pseudo_random)), pseudo_random.size()}, std::string(label) + '\x01');
  Key key;
  std::copy_n(bytes_of(std::string_view(block)), key.size(), key.begin());
  return key;
}

std::string hmac_sha256(std::span<const std::uint8_t> key, std::string_view message) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned int length = 0;
  // OpenSSL takes a null key for "keep the previous one", which an empty span must not become.
  static constexpr std::uint8_t kNoKey = 0;
  const std::uint8_t* key_bytes = key.empty() ? &kNoKey : key.data();
  if (HMAC(EVP_sha256(), key_bytes, static_cast<int>(key.size()), bytes_of(message), message.size(), bytes_of(out),
           &length) == nullptr)
    throw_failed("HMAC-SHA-256");
  out.resize(length);
  return out;
}

std::string sha256_hex(std::string_view data) {
  std::array<std::uint8_t, crypto_hash_sha256_BYTES> hash;
  crypto_hash_sha256(hash.data(), bytes_of(data), data.size());
  std::string text(hash.size() * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), hash.data(), hash.size());
  text.pop_back();
  return text;
}

bool equal(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string base64url(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes_of(bytes), bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  text.pop_back();  // the terminating NUL
  return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
  // libsodium's decoder looks at the low bits of what is not ASCII.
  if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
    return std::nullopt;
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  std::size_t length = 0;
  const char* end = nullptr;
  if (sodium_base642bin(bytes_of(bytes), bytes.size(), text.data(), text.size(), nullptr, &length, &end,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
      end != text.data() + text.size())
    return std::nullopt;
  bytes.resize(length);
  return bytes;
}

std::string sign(const Key& key, std::string_view purpose, std::string_view text) {
  return base64url(text) + kSignatureMark + base64url(signature_of(key, purpose, text));
}

std::optional<std::string> unsign(const Key& key, std::string_view purpose, std::string_view signed_text) {
  const auto mark = signed_text.find(kSignatureMark);
  if (mark == std::string_view::npos) return std::nullopt;
  auto text = from_base64url(signed_text.substr(0, mark));
  const auto signature = from_base64url(signed_text.substr(mark + 1));
  if (!text || !signature || !equal(*signature, signature_of(key, purpose, *text))) return std::nullopt;
  return text;
}

std::string seal(const Key& key, std::string_view purpose, std::string_view text, Rng& rng) {
  detail::init_sodium();
  std::string box(kNonceBytes + text.size() + kTagBytes, '\0');
  rng.fill(std::as_writable_bytes(std::span(box).first(kNonceBytes)));
  unsigned long long length = 0;
  if (crypto_aead_xchacha20poly1305_ietf_encrypt(bytes_of(box) + kNonceBytes, &length, bytes_of(text), text.size(),
                                                 bytes_of(purpose), purpose.size(), nullptr, bytes_of(box),
                                                 key.data()) != 0)
    throw_failed("XChaCha20-Poly1305");
  return base64url(box);
}

std::optional<std::string> open(const Key& key, std::string_view purpose, std::string_view sealed) {
  detail::init_sodium();
  const auto box = from_base64url(sealed);
  if (!box || box->size() < kNonceBytes + kTagBytes) return std::nullopt;
  std::string text(box->size() - kNonceBytes - kTagBytes, '\0');
  const std::uint8_t* nonce = bytes_of(std::string_view(*box));
  unsigned long long length = 0;
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(bytes_of(text), &length, nullptr, nonce + kNonceBytes,
                                                 box->size() - kNonceBytes, bytes_of(purpose), purpose.size(), nonce,
                                                 key.data()) != 0)
    return std::nullopt;
  return text;
}

std::string hash_password(std::string_view password, int cost, Rng& rng) {
  if (cost < 4 || cost > 31)
    throw Error({.code = ErrorCode::kInvalid,
                 .what = fmt::format("bcrypt's cost must be 4 to 31, not {}", cost),
                 .hint = "12 takes about a quarter of a second; each step doubles it"});
  if (!usable_password(password))
    throw Error({.code = ErrorCode::kInvalid,
                 .what = fmt::format("a password has at most {} bytes and no NUL", kMaxPasswordBytes),
                 .hint = "validate the password's length in bytes before hashing it"});
  std::array<std::byte, 16> salt;
  rng.fill(salt);
  std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
  if (crypt_gensalt_rn("$2b$", static_cast<unsigned long>(cost), reinterpret_cast<const char*>(salt.data()),
                       static_cast<int>(salt.size()), setting.data(), static_cast<int>(setting.size())) == nullptr)
    throw_failed("bcrypt's salt");
  std::string digest = bcrypt(password, setting.data());
  if (digest.empty()) throw_failed("bcrypt");
  return digest;
}

bool verify_password(std::string_view password, std::string_view digest) {
  if (!usable_password(password) || !looks_like_bcrypt(digest)) return false;
  return equal(bcrypt(password, std::string(digest)), digest);
}

}  // namespace monolite::base::crypto
