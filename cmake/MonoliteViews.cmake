# monolite_views(<target> NAMESPACE <name> DIRECTORY <folder> [INCLUDE_AS <prefix>])
#
# Compiles every template (*.html.ecpp) below <folder> into <target>; new and removed files are noticed by themselves.
# The C++ of views/posts/_post.html.ecpp is included as <views/posts/_post.h>, by the target and by whatever links it:
# the folder's own name, or <prefix>, then the path in it. A library whose users have views of their own takes a prefix
# of its own. A template that did not change its C++ is not compiled again.
# Works inside this build and, after find_package(monolite COMPONENTS view), outside of it.
function(monolite_views target)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "NAMESPACE;DIRECTORY;INCLUDE_AS" "")
  if(NOT ARG_NAMESPACE OR NOT ARG_DIRECTORY OR ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "monolite_views(${target}): needs NAMESPACE <name> and DIRECTORY <folder>, takes INCLUDE_AS <prefix>")
  endif()
  cmake_path(ABSOLUTE_PATH ARG_DIRECTORY BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE OUTPUT_VARIABLE root)
  if(NOT IS_DIRECTORY "${root}")
    message(FATAL_ERROR "monolite_views(${target}): there is no folder ${root}")
  endif()
  set(out "${CMAKE_CURRENT_BINARY_DIR}/${target}_views")
  cmake_path(GET root FILENAME prefix)
  if(ARG_INCLUDE_AS)
    set(prefix "${ARG_INCLUDE_AS}")
  endif()
  file(GLOB_RECURSE templates CONFIGURE_DEPENDS "${root}/*.html.ecpp")
  foreach(template IN LISTS templates)
    cmake_path(RELATIVE_PATH template BASE_DIRECTORY "${root}" OUTPUT_VARIABLE path)
    string(REGEX REPLACE "\\.html\\.ecpp$" "" stem "${out}/${prefix}/${path}")
    add_custom_command(
      OUTPUT "${stem}.h" "${stem}.cc"
      COMMAND monolite::ecppc --namespace "${ARG_NAMESPACE}" --root "${root}" --include "${prefix}" --out "${out}"
        "${template}"
      DEPENDS monolite::ecppc "${template}"
      COMMENT "Compiling view ${prefix}/${path}"
      VERBATIM)
    target_sources(${target} PRIVATE "${stem}.h" "${stem}.cc")
  endforeach()
  target_include_directories(${target} PUBLIC "$<BUILD_INTERFACE:${out}>")
  target_link_libraries(${target} PUBLIC monolite::view)
endfunction()
