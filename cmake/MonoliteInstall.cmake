# `cmake --install`: every room as a library of its top-level room's component, so that a project may say
#   find_package(monolite COMPONENTS db)
#   target_link_libraries(program PRIVATE monolite::db monolite::db_sqlite)
# Headers below detail/ stay here. The bundled SQLite is installed as well; its header is seen only by those who ask
# for the component sqlite3.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(MONOLITE_CMAKE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/monolite")

# The component of a target of ours: "db" for monolite_db_sqlite.
function(monolite_component_of target result)
  string(REGEX REPLACE "^monolite_([^_]+).*" "\\1" component "${target}")
  set(${result} "${component}" PARENT_SCOPE)
endfunction()

# Notes what a library needs from others: components of ours in MONOLITE_<component>_COMPONENTS, targets of other
# packages in MONOLITE_<component>_TARGETS. Also what is linked privately: a static library passes it on.
function(monolite_note_needs target component)
  get_target_property(links ${target} INTERFACE_LINK_LIBRARIES)
  foreach(link IN LISTS links)
    string(REGEX REPLACE "^\\$<LINK_ONLY:(.*)>$" "\\1" link "${link}")
    if(link MATCHES "^monolite_")
      monolite_component_of(${link} needed)
      if(NOT needed STREQUAL component)
        set_property(GLOBAL APPEND PROPERTY MONOLITE_${component}_COMPONENTS ${needed})
      endif()
    elseif(TARGET "${link}")
      set_property(GLOBAL APPEND PROPERTY MONOLITE_${component}_TARGETS ${link})
    endif()
  endforeach()
endfunction()

function(monolite_install_library target component)
  install(TARGETS ${target} EXPORT monolite_${component}
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT ${component})
  set_property(GLOBAL APPEND PROPERTY MONOLITE_COMPONENTS ${component})
  monolite_note_needs(${target} ${component})
endfunction()

# A room's public headers, and the programs in its folder that serve no tests: build files of others call them.
function(monolite_install_room room)
  string(REPLACE "/" "_" name "${room}")
  monolite_component_of(monolite_${name} component)
  monolite_install_library(monolite_${name} ${component})
  get_target_property(folder monolite_${name} SOURCE_DIR)
  file(GLOB headers CONFIGURE_DEPENDS "${folder}/*.h")
  install(FILES ${headers} DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/monolite/${room}" COMPONENT ${component})

  get_property(targets DIRECTORY "${folder}" PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target IN LISTS targets)
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "EXECUTABLE" AND NOT target MATCHES "_test")
      install(TARGETS ${target} EXPORT monolite_${component}
        RUNTIME DESTINATION "${CMAKE_INSTALL_LIBEXECDIR}/monolite" COMPONENT ${component})
    endif()
  endforeach()
endfunction()

get_property(rooms GLOBAL PROPERTY MONOLITE_ROOMS)
foreach(room IN LISTS rooms)
  monolite_install_room(${room})
endforeach()

set_target_properties(monolite_sqlite3 PROPERTIES EXPORT_NAME sqlite3)
monolite_install_library(monolite_sqlite3 sqlite3)
if(MONOLITE_SQLITE STREQUAL "bundled")
  install(FILES "${MONOLITE_SQLITE_DIR}/sqlite3.h"
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/monolite/third_party" COMPONENT sqlite3)
endif()

# What monoliteConfig.cmake has to know, as code.
get_property(components GLOBAL PROPERTY MONOLITE_COMPONENTS)
list(REMOVE_DUPLICATES components)
set(MONOLITE_NEEDS "set(monolite_components ${components})\n")
foreach(component IN LISTS components)
  install(EXPORT monolite_${component} FILE monolite_${component}.cmake NAMESPACE monolite::
    DESTINATION "${MONOLITE_CMAKE_DIR}" COMPONENT ${component})
  foreach(kind COMPONENTS TARGETS)
    get_property(needed GLOBAL PROPERTY MONOLITE_${component}_${kind})
    list(REMOVE_DUPLICATES needed)
    string(TOLOWER "${kind}" lower)
    string(APPEND MONOLITE_NEEDS "set(monolite_${component}_needs_${lower} ${needed})\n")
    foreach(target IN LISTS needed)
      if(target MATCHES "^PkgConfig::(.*)$")
        string(APPEND MONOLITE_NEEDS "set(monolite_module_of_${CMAKE_MATCH_1} ${${CMAKE_MATCH_1}_MODULE_NAME})\n")
      endif()
    endforeach()
  endforeach()
endforeach()
string(REPLACE ";" " " MONOLITE_NEEDS "${MONOLITE_NEEDS}")

configure_package_config_file(cmake/monoliteConfig.cmake.in "${CMAKE_BINARY_DIR}/monoliteConfig.cmake"
  INSTALL_DESTINATION "${MONOLITE_CMAKE_DIR}" PATH_VARS CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file("${CMAKE_BINARY_DIR}/monoliteConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
file(GLOB functions CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/MonoliteSqlLiterals.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/MonoliteViews.cmake")
install(FILES "${CMAKE_BINARY_DIR}/monoliteConfig.cmake" "${CMAKE_BINARY_DIR}/monoliteConfigVersion.cmake" ${functions}
  DESTINATION "${MONOLITE_CMAKE_DIR}" COMPONENT base)
