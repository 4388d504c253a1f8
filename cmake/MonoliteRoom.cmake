# monolite_room(<room> DEPENDS <room>... [LIBRARIES <target>...] [TEST_LIBRARIES <target>...])
#
# Declares the room in the current folder; the only place where an edge between rooms is written down
# (tools/check_layers compares every #include with it). Files are sorted by suffix:
#   *_test.cc    one test program <room>_test, its cases labelled with the room in ctest
#   *.cc         the library monolite_<room>, alias monolite::<room>
# A room inside a room ("db/sqlite") becomes monolite_db_sqlite; its cases carry the labels db and db_sqlite. LIBRARIES
# from outside serve the .cc files only; PUBLIC_LIBRARIES are those that the headers show as well.
function(monolite_room room)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "DEPENDS;LIBRARIES;PUBLIC_LIBRARIES;TEST_LIBRARIES")
  string(REPLACE "/" "_" name "${room}")
  file(GLOB sources CONFIGURE_DEPENDS *.cc detail/*.cc)
  file(GLOB tests CONFIGURE_DEPENDS *_test.cc)
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")

  add_library(monolite_${name} STATIC ${sources})
  add_library(monolite::${name} ALIAS monolite_${name})
  set_target_properties(monolite_${name} PROPERTIES EXPORT_NAME ${name})
  target_compile_options(monolite_${name} PRIVATE ${MONOLITE_WARNINGS})
  target_include_directories(monolite_${name} PUBLIC
    "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>" "$<INSTALL_INTERFACE:include>")
  foreach(dependency IN LISTS ARG_DEPENDS)
    string(REPLACE "/" "_" dependency "${dependency}")
    target_link_libraries(monolite_${name} PUBLIC monolite_${dependency})
  endforeach()
  target_link_libraries(monolite_${name} PUBLIC ${ARG_PUBLIC_LIBRARIES} PRIVATE ${ARG_LIBRARIES})
  set_property(GLOBAL APPEND PROPERTY MONOLITE_ROOMS "${room}")
  set_target_properties(monolite_${name} PROPERTIES MONOLITE_DEPENDS "${ARG_DEPENDS}")

  if(MONOLITE_TESTS)
    monolite_header_check(${room} ${name})
    if(tests)
      string(REGEX REPLACE "/.*" "" outer "${room}")
      monolite_test(${name}_test LABELS ${name} ${outer} SOURCES ${tests}
        LIBRARIES monolite_${name} ${ARG_TEST_LIBRARIES})
    endif()
  endif()
endfunction()

# Every public header of a room compiles alone, with what the room offers to others and nothing more: the target
# monolite_headers, which no other build waits for.
function(monolite_header_check room name)
  file(GLOB headers CONFIGURE_DEPENDS *.h)
  if(NOT headers)
    return()
  endif()
  set(sources "")
  foreach(header IN LISTS headers)
    cmake_path(GET header FILENAME file)
    set(source "${CMAKE_CURRENT_BINARY_DIR}/header_check/${file}.cc")
    set(include "#include <monolite/${room}/${file}>\n")
    file(CONFIGURE OUTPUT "${source}" CONTENT "${include}${include}")
    list(APPEND sources "${source}")
  endforeach()
  add_library(monolite_${name}_headers OBJECT EXCLUDE_FROM_ALL ${sources})
  target_compile_options(monolite_${name}_headers PRIVATE ${MONOLITE_WARNINGS})
  target_link_libraries(monolite_${name}_headers PRIVATE monolite_${name})
  if(NOT TARGET monolite_headers)
    add_custom_target(monolite_headers)
  endif()
  add_dependencies(monolite_headers monolite_${name}_headers)
endfunction()

# monolite_test(<program> LABELS <label>... SOURCES <file>... LIBRARIES <target>...)
# A GoogleTest program; every case is a ctest test of its own, so counts are true.
# Without the label "slow" a program is labelled "fast": one case of it takes no more than a few seconds.
# The target tests_<label> builds the programs of a label.
function(monolite_test program)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "LABELS;SOURCES;LIBRARIES")
  set(labels ${ARG_LABELS})
  if(NOT "slow" IN_LIST labels)
    list(APPEND labels fast)
  endif()
  list(REMOVE_DUPLICATES labels)

  add_executable(${program} ${ARG_SOURCES})
  set_target_properties(${program} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  target_compile_options(${program} PRIVATE ${MONOLITE_WARNINGS})
  target_link_libraries(${program} PRIVATE ${ARG_LIBRARIES} GTest::gmock_main)
  foreach(label IN LISTS labels)
    if(NOT TARGET tests_${label})
      add_custom_target(tests_${label})
    endif()
    add_dependencies(tests_${label} ${program})
  endforeach()
  gtest_discover_tests(${program} DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 600)
  # gtest_discover_tests cannot carry a list: the labels are set by a script that ctest reads afterwards.
  set(script "${CMAKE_CURRENT_BINARY_DIR}/${program}_labels.cmake")
  file(CONFIGURE OUTPUT "${script}" @ONLY CONTENT
    "if(@program@_TESTS)\n  set_tests_properties(\${@program@_TESTS} PROPERTIES LABELS \"@labels@\")\nendif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${script}")
endfunction()
