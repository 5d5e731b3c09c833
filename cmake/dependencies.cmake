# Every dependency is found here and nowhere else; THIRD_PARTY.md says why each one is used. What is
# missing is told in one message, with the command that installs it.
set(missing "")
macro(altyn_need found debian_package)
  if(NOT ${found})
    list(APPEND missing ${debian_package})
  endif()
endmacro()

find_package(Threads REQUIRED)
find_package(fmt 9 QUIET)
altyn_need(fmt_FOUND libfmt-dev)
find_package(nlohmann_json 3.11 QUIET)
altyn_need(nlohmann_json_FOUND nlohmann-json3-dev)
find_package(tomlplusplus 3 QUIET)
altyn_need(tomlplusplus_FOUND libtomlplusplus-dev)
find_package(Eigen3 3.4 QUIET NO_MODULE)
altyn_need(Eigen3_FOUND libeigen3-dev)
find_package(CLI11 2 QUIET)
altyn_need(CLI11_FOUND libcli11-dev)

find_library(LIBZIP_LIBRARY zip)
find_path(LIBZIP_INCLUDE zip.h)
altyn_need(LIBZIP_LIBRARY libzip-dev)
find_library(ZLIB_LIBRARY z)
find_path(ZLIB_INCLUDE zlib.h)
altyn_need(ZLIB_INCLUDE zlib1g-dev)

# Random123 is headers only and ships no package file.
find_path(RANDOM123_INCLUDE Random123/philox.h)
altyn_need(RANDOM123_INCLUDE librandom123-dev)

# cpp-httplib: a header with its compiled part; whoever includes it needs the flags of that part.
find_package(PkgConfig QUIET)
altyn_need(PkgConfig_FOUND pkg-config)
if(PkgConfig_FOUND)
  pkg_check_modules(ALTYN_HTTPLIB QUIET cpp-httplib>=0.11)
endif()
find_path(HTTPLIB_INCLUDE httplib.h HINTS ${ALTYN_HTTPLIB_INCLUDE_DIRS})
altyn_need(ALTYN_HTTPLIB_FOUND libcpp-httplib-dev)

find_library(WSLAY_LIBRARY wslay)
find_path(WSLAY_INCLUDE wslay/wslay.h)
altyn_need(WSLAY_LIBRARY libwslay-dev)
find_library(CRYPTO_LIBRARY crypto)
altyn_need(CRYPTO_LIBRARY libssl-dev)

# The pages are built by npm, and DuckDB comes from its registry.
find_program(NPM npm)
find_program(NODE node)
altyn_need(NPM npm)
altyn_need(NODE nodejs)

if(missing)
  list(JOIN missing " " missing)
  message(FATAL_ERROR "Altyn is built with libraries that are not there. On Debian and Ubuntu:\n"
                      "  apt-get install ${missing}\n"
                      "or, for all that the project uses: source ./setup.sh python")
endif()

add_library(altyn_random123 INTERFACE)
target_include_directories(altyn_random123 SYSTEM INTERFACE ${RANDOM123_INCLUDE})
add_library(altyn_http INTERFACE)
target_include_directories(altyn_http SYSTEM INTERFACE ${HTTPLIB_INCLUDE})
target_compile_options(altyn_http INTERFACE ${ALTYN_HTTPLIB_CFLAGS_OTHER})
target_link_libraries(altyn_http INTERFACE ${ALTYN_HTTPLIB_LINK_LIBRARIES})
# What a server needs besides: frames of WebSocket, and SHA-1 of OpenSSL (which cpp-httplib brings).
add_library(altyn_websocket INTERFACE)
target_include_directories(altyn_websocket SYSTEM INTERFACE ${WSLAY_INCLUDE})
target_link_libraries(altyn_websocket INTERFACE ${WSLAY_LIBRARY} ${CRYPTO_LIBRARY})

if(ALTYN_MPI)
  find_package(MPI REQUIRED COMPONENTS CXX)
endif()

# DuckDB: a system copy under DUCKDB_ROOT, or two pinned npm packages (the library from one, its C
# header from the other; every function the header declares exists in the library).
set(DUCKDB_ROOT "$ENV{DUCKDB_ROOT}" CACHE PATH "Folder with duckdb.h and libduckdb.so")
if(NOT DUCKDB_ROOT)
  set(DUCKDB_ROOT "${CMAKE_BINARY_DIR}/duckdb")
  include(cmake/fetch_duckdb.cmake)
endif()
find_path(DUCKDB_INCLUDE duckdb.h PATHS ${DUCKDB_ROOT} ${DUCKDB_ROOT}/include NO_DEFAULT_PATH REQUIRED)
find_library(DUCKDB_LIBRARY duckdb PATHS ${DUCKDB_ROOT} ${DUCKDB_ROOT}/lib NO_DEFAULT_PATH REQUIRED)
add_library(altyn_duckdb_shared SHARED IMPORTED)
set_target_properties(altyn_duckdb_shared PROPERTIES IMPORTED_LOCATION ${DUCKDB_LIBRARY}
                                                     IMPORTED_NO_SONAME TRUE)
add_library(altyn_duckdb INTERFACE)
target_include_directories(altyn_duckdb SYSTEM INTERFACE $<BUILD_INTERFACE:${DUCKDB_INCLUDE}>)
target_link_libraries(altyn_duckdb INTERFACE $<BUILD_INTERFACE:altyn_duckdb_shared>
                                             $<INSTALL_INTERFACE:altyn::duckdb>)
target_compile_definitions(altyn_duckdb INTERFACE $<BUILD_INTERFACE:DUCKDB_API_NO_DEPRECATED>)
