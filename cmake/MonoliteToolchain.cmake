# Compiler settings that hold for every target of this build: ccache, warnings, optimisation, sanitizers.

find_program(MONOLITE_CCACHE ccache)
if(MONOLITE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER "${MONOLITE_CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${MONOLITE_CCACHE}")
endif()

# Line tables stay in the release build: a stack trace and a profile name their lines.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")
set(CMAKE_C_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")
# Debug builds are optimised lightly so that SQLite-heavy tests stay quick under sanitizers.
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1 -D_GLIBCXX_ASSERTIONS")
set(CMAKE_C_FLAGS_DEBUG "-O1 -g1")

find_program(MONOLITE_MOLD mold)
if(MONOLITE_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

set(MONOLITE_WARNINGS -Wall -Wextra -Wshadow -Wconversion -Werror)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  list(APPEND MONOLITE_WARNINGS -Wthread-safety)
endif()

if(MONOLITE_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(MONOLITE_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  add_link_options(-fsanitize=thread)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC warns wherever Asio's headers use a bare fence, which the sanitizer does not model; Asio's locks carry the order.
    add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Wno-tsan>)
  endif()
elseif(MONOLITE_SANITIZE STREQUAL "fuzzer")
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(MONOLITE_SANITIZE)
  message(FATAL_ERROR "MONOLITE_SANITIZE is '${MONOLITE_SANITIZE}': use address, thread, fuzzer or leave it empty")
endif()

# `build/bin` points at the preset that was built last.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
if(PROJECT_IS_TOP_LEVEL)
  add_custom_target(monolite_bin_link ALL
    COMMAND ${CMAKE_COMMAND} -E make_directory "${CMAKE_SOURCE_DIR}/build"
    COMMAND ${CMAKE_COMMAND} -E create_symlink "${CMAKE_BINARY_DIR}/bin" "${CMAKE_SOURCE_DIR}/build/bin"
    VERBATIM)
endif()
