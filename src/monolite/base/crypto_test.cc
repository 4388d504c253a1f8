#include <vector>

#include <gmock/gmock.h>

#include <monolite/base/crypto.h>
#include <monolite/base/error.h>
#include <monolite/base/rng.h>

namespace monolite::base::crypto {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string hmac_hex(std::string_view key, std::string_view message) {
  return hex(hmac_sha256({reinterpret_cast<const std::uint8_t*>(key.data()), key.size()}, message));
}

Key counting_key() {
  Key key;
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(i);
  return key;
}

/// Every text that differs from `text` in one character or in length by one.
std::vector<std::string> tampered(const std::string& text) {
  std::vector<std::string> all = {text + "A", text.substr(1), text.substr(0, text.size() - 1), "A" + text, ""};
  for (std::size_t i = 0; i < text.size(); ++i) {
    all.push_back(text);
    all.back()[i] = text[i] == 'A' ? 'B' : 'A';
  }
  return all;
}

TEST(HmacSha256, GivesTheVectorsOfRfc4231) {
  EXPECT_EQ(hmac_hex(std::string(20, '\x0b'), "Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hmac_hex("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hmac_hex(std::string(20, '\xaa'), std::string(50, '\xdd')),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  EXPECT_EQ(hmac_hex(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(HmacSha256, TakesAnEmptyKeyAndMessage) {
  EXPECT_EQ(hmac_hex("", ""), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(Sha256, GivesTheKnownHashes) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(DeriveKey, IsHkdfSha256) {
  const Key key = derive_key("a secret of the application", "session");
  EXPECT_EQ(hex({reinterpret_cast<const char*>(key.data()), key.size()}),
            "b94aa28aa988ed0d5fd28bb42b8ab8bf8044975e205d140c19cc042d6935e245");
  EXPECT_NE(key, derive_key("a secret of the application", "cookies"));
  EXPECT_NE(key, derive_key("another secret", "session"));
}

TEST(Equal, ComparesContents) {
  EXPECT_TRUE(equal("", ""));
  EXPECT_TRUE(equal("same", "same"));
  EXPECT_FALSE(equal("same", "sane"));
  EXPECT_FALSE(equal("same", "same "));
}

TEST(Base64url, GivesTheVectorsOfRfc4648) {
  const std::vector<std::pair<std::string, std::string>> vectors = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xbf", "-_-_"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(base64url(bytes), text);
    EXPECT_EQ(from_base64url(text), bytes);
  }
}

TEST(Base64url, RefusesWhatItWouldNotWrite) {
  for (const std::string_view text :
       {"Zg==", "Zh", "Z", "Zm9vY", "Zm9+", "Zm9/", "Zm 9v", "Zm9v\n", "Zm9v.", "Zm\xc3v"})
    EXPECT_EQ(from_base64url(text), std::nullopt) << text;
  EXPECT_EQ(from_base64url(std::string_view("Zm9v\0", 5)), std::nullopt);
  for (int c = 0; c < 256; ++c) {
    const std::string text = std::string("Zm9") + static_cast<char>(c);
    const auto bytes = from_base64url(text);
    EXPECT_TRUE(!bytes || base64url(*bytes) == text) << c;
  }
}

TEST(Sign, KeepsItsFormat) {
  // Cookies of earlier releases must stay valid: a change here signs everybody out.
  EXPECT_EQ(sign(counting_key(), "session", "user=7"), "dXNlcj03.NKcscKBao3ro3JS8PZF6d_RrE1Cl4Lbx9XkOpQXF0Hk");
}

TEST(Sign, GivesBackAnyText) {
  for (const std::string& text :
       {std::string(), std::string("a.b--c"), std::string("\0\xff", 2), std::string(5000, 'x')})
    EXPECT_EQ(unsign(counting_key(), "p", sign(counting_key(), "p", text)), text);
}

TEST(Sign, RefusesEveryChange) {
  const std::string good = sign(counting_key(), "session", "user=7");
  for (const std::string& bad : tampered(good)) EXPECT_EQ(unsign(counting_key(), "session", bad), std::nullopt) << bad;
  EXPECT_EQ(unsign(counting_key(), "session", "dXNlcj03"), std::nullopt);
  EXPECT_EQ(unsign(counting_key(), "session", "dXNlcj03."), std::nullopt);
}

TEST(Sign, BindsTextToItsPurposeAndKey) {
  const std::string good = sign(counting_key(), "session", "user=7");
  EXPECT_EQ(unsign(counting_key(), "reset", good), std::nullopt);
  EXPECT_EQ(unsign(derive_key("other", "k"), "session", good), std::nullopt);
  // The border between purpose and text cannot be moved.
  const std::string moved = base64url("nuser=7") + good.substr(good.find('.'));
  EXPECT_EQ(unsign(counting_key(), "sessio", moved), std::nullopt);
}

TEST(Seal, GivesBackAnyTextAndHidesIt) {
  SeededRng rng(1);
  const std::string sealed = seal(counting_key(), "p", "a secret text", rng);
  EXPECT_THAT(*from_base64url(sealed), Not(HasSubstr("secret")));
  EXPECT_EQ(open(counting_key(), "p", sealed), "a secret text");
  for (const std::string& text : {std::string(), std::string("\0\xff", 2), std::string(5000, 'x')})
    EXPECT_EQ(open(counting_key(), "p", seal(counting_key(), "p", text, rng)), text);
}

TEST(Seal, NeverGivesTheSameTwice) {
  SystemRng rng;
  EXPECT_NE(seal(counting_key(), "p", "same", rng), seal(counting_key(), "p", "same", rng));
}

TEST(Seal, OpensNothingThatWasChanged) {
  SeededRng rng(2);
  const std::string good = seal(counting_key(), "session", "user=7", rng);
  for (const std::string& bad : tampered(good)) EXPECT_EQ(open(counting_key(), "session", bad), std::nullopt) << bad;
  EXPECT_EQ(open(counting_key(), "reset", good), std::nullopt);
  EXPECT_EQ(open(derive_key("other", "k"), "session", good), std::nullopt);
}

TEST(Password, MatchesKnownDigests) {
  EXPECT_TRUE(verify_password("", "$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s."));
  EXPECT_TRUE(verify_password("a", "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe"));
  EXPECT_TRUE(verify_password("abc", "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i"));
  EXPECT_TRUE(verify_password("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"));
  EXPECT_TRUE(verify_password("U*U", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"));
  EXPECT_TRUE(verify_password("U*U", "$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"));
  EXPECT_FALSE(verify_password("U*V", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"));
}

TEST(Password, VerifiesWhatItHashed) {
  SystemRng rng;
  for (const std::string& password :
       {std::string("password"), std::string(), std::string("für 😀"), std::string(72, 'x')}) {
    const std::string digest = hash_password(password, 4, rng);
    EXPECT_THAT(digest, StartsWith("$2b$04$"));
    EXPECT_EQ(digest.size(), 60u);
    EXPECT_TRUE(verify_password(password, digest));
    EXPECT_FALSE(verify_password(password + "y", digest));
    EXPECT_NE(digest, hash_password(password, 4, rng));
  }
}

TEST(Password, StoresItsCost) {
  SeededRng rng(3);
  EXPECT_THAT(hash_password("p", 6, rng), StartsWith("$2b$06$"));
}

TEST(Password, RefusesWhatBcryptWouldSilentlyCut) {
  SystemRng rng;
  EXPECT_THROW(hash_password(std::string(73, 'x'), 4, rng), Error);
  EXPECT_THROW(hash_password(std::string_view("a\0b", 3), 4, rng), Error);
  EXPECT_FALSE(verify_password(std::string(73, 'x'), hash_password(std::string(72, 'x'), 4, rng)));
  EXPECT_FALSE(verify_password(std::string_view("a\0b", 3), hash_password("a", 4, rng)));
}

TEST(Password, RefusesCostsBcryptDoesNotHave) {
  SystemRng rng;
  EXPECT_THROW(hash_password("p", 3, rng), Error);
  EXPECT_THROW(hash_password("p", 32, rng), Error);
}

TEST(Password, AMalformedDigestMatchesNothing) {
  const std::string good = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
  for (const std::string& bad :
       {std::string(), std::string("password"), std::string("*0"), good + "x", good.substr(0, 59),
        "$1$" + good.substr(3), "$2a$99$" + good.substr(7), "$2a$5$" + good.substr(6), "$2a$05$" + std::string(53, ' '),
        good.substr(0, 59) + std::string(1, '\0')})
    EXPECT_FALSE(verify_password("U*U", bad)) << bad;
}

}  // namespace
}  // namespace monolite::base::crypto
