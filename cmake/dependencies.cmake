# Every dependency is found here and nowhere else; THIRD_PARTY.md says why each one is used.
find_package(Threads REQUIRED)
find_package(fmt 9 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(tomlplusplus 3 REQUIRED)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(CLI11 2 REQUIRED)

find_library(LIBZIP_LIBRARY zip REQUIRED)
find_path(LIBZIP_INCLUDE zip.h REQUIRED)
find_library(ZLIB_LIBRARY z REQUIRED)
find_path(ZLIB_INCLUDE zlib.h REQUIRED)

# Random123 is headers only and ships no package file.
find_path(RANDOM123_INCLUDE Random123/philox.h REQUIRED)
add_library(altyn_random123 INTERFACE)
target_include_directories(altyn_random123 SYSTEM INTERFACE ${RANDOM123_INCLUDE})

# cpp-httplib: a header with its compiled part; whoever includes it needs the flags of that part.
find_package(PkgConfig REQUIRED)
pkg_check_modules(ALTYN_HTTPLIB REQUIRED cpp-httplib>=0.11)
find_path(HTTPLIB_INCLUDE httplib.h HINTS ${ALTYN_HTTPLIB_INCLUDE_DIRS} REQUIRED)
add_library(altyn_http INTERFACE)
target_include_directories(altyn_http SYSTEM INTERFACE ${HTTPLIB_INCLUDE})
target_compile_options(altyn_http INTERFACE ${ALTYN_HTTPLIB_CFLAGS_OTHER})
target_link_libraries(altyn_http INTERFACE ${ALTYN_HTTPLIB_LINK_LIBRARIES})
find_library(WSLAY_LIBRARY wslay REQUIRED)
find_path(WSLAY_INCLUDE wslay/wslay.h REQUIRED)
target_include_directories(altyn_http SYSTEM INTERFACE ${WSLAY_INCLUDE})
find_library(CRYPTO_LIBRARY crypto REQUIRED)  # of OpenSSL, which cpp-httplib brings: the handshake's SHA-1
target_link_libraries(altyn_http INTERFACE ${WSLAY_LIBRARY} ${CRYPTO_LIBRARY})

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
