# monolite_sql_literals(<target> FUNCTION <namespace>::<name>)
#
# Collects every "…"_sql of the target's sources, and of the headers beside them, into the function
#   std::span<const monolite::db::SqlSite> <namespace>::<name>();
# so that `db check` can prepare them all. Declare the function where you use it. Call this after the target has its
# sources; only tests (*_test.cc) are left out.
function(monolite_sql_literals target)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "FUNCTION" "")
  get_target_property(sources ${target} SOURCES)
  get_target_property(folder ${target} SOURCE_DIR)
  set(files "")
  set(folders "")
  foreach(source IN LISTS sources)
    cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY "${folder}")
    cmake_path(IS_PREFIX CMAKE_BINARY_DIR "${source}" generated)
    if(source MATCHES "\\.cc$" AND NOT generated)
      list(APPEND files "${source}")
      cmake_path(GET source PARENT_PATH parent)
      list(APPEND folders "${parent}")
    endif()
  endforeach()
  list(REMOVE_DUPLICATES folders)
  foreach(parent IN LISTS folders)
    file(GLOB headers CONFIGURE_DEPENDS "${parent}/*.h")
    list(APPEND files ${headers})
  endforeach()

  set(output "${CMAKE_BINARY_DIR}/sql_literals/${target}.cc")
  list(JOIN files "\n" list)
  file(GENERATE OUTPUT "${output}.files" CONTENT "${list}\n")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND monolite::sql_literals_tool --function "${ARG_FUNCTION}" --root "${PROJECT_SOURCE_DIR}"
            --files "${output}.files" --output "${output}"
    DEPENDS monolite::sql_literals_tool ${files} "${output}.files"
    COMMENT "Collecting the SQL literals of ${target}"
    VERBATIM)
  target_sources(${target} PRIVATE "${output}")
endfunction()
