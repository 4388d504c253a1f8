#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace monolite::base {
class Rng;
}

/// The few cryptographic operations Monolite needs, over libsodium, OpenSSL and libxcrypt. Threads: any.
namespace monolite::base::crypto {

using Key = std::array<std::uint8_t, 32>;

/// A key for one purpose out of the application's secret. Different labels give unrelated keys.
Key derive_key(std::string_view secret, std::string_view label);

/// HMAC-SHA-256, 32 raw bytes.
std::string hmac_sha256(std::span<const std::uint8_t> key, std::string_view message);

/// SHA-256 as 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view data);

/// Compares in time that depends only on the lengths.
bool equal(std::string_view a, std::string_view b) noexcept;

/// URL-safe base64 without padding.
std::string base64url(std::string_view bytes);
std::optional<std::string> from_base64url(std::string_view text);

/// `text` with a signature that `unsign` checks. Readable by anyone, forgeable by nobody.
/// `purpose` binds it to one use: a value signed as "session_token" is invalid as anything else.
std::string sign(const Key& key, std::string_view purpose, std::string_view text);
std::optional<std::string> unsign(const Key& key, std::string_view purpose, std::string_view signed_text);

/// XChaCha20-Poly1305, base64url. Neither readable nor forgeable. `open` answers nullopt for anything not sealed by us.
std::string seal(const Key& key, std::string_view purpose, std::string_view text, Rng& rng);
std::optional<std::string> open(const Key& key, std::string_view purpose, std::string_view sealed);

/// bcrypt ("$2b$"), cost 4..31; a password is at most 72 bytes. Slow on purpose: call it inside `offload`.
std::string hash_password(std::string_view password, int cost, Rng& rng);

/// True when `password` gives `digest`, honouring the cost stored in it. A malformed digest is false.
bool verify_password(std::string_view password, std::string_view digest);

}  // namespace monolite::base::crypto
