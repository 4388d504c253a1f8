#pragma once

/// ML_ASAN and ML_TSAN: 1 in builds with that sanitizer, else 0. GCC and Clang tell it in different ways.
#if defined(__SANITIZE_ADDRESS__)
#define ML_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ML_ASAN 1
#endif
#endif
#ifndef ML_ASAN
#define ML_ASAN 0
#endif

#if defined(__SANITIZE_THREAD__)
#define ML_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define ML_TSAN 1
#endif
#endif
#ifndef ML_TSAN
#define ML_TSAN 0
#endif
