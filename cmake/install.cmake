# cmake --install gives the binary, the library with its headers, the bundled cases and a package
# that another project finds with find_package(altyn).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(private_libdir ${CMAKE_INSTALL_LIBDIR}/altyn)
set_target_properties(altyn_cli PROPERTIES INSTALL_RPATH "$ORIGIN/../${private_libdir}")
install(TARGETS altyn_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS altyn altyn_duckdb EXPORT altyn_targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY altyn DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(DIRECTORY cases DESTINATION ${CMAKE_INSTALL_DATADIR}/altyn)
install(FILES ${DUCKDB_LIBRARY} DESTINATION ${private_libdir})
install(FILES LICENSE THIRD_PARTY.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/altyn)
install(EXPORT altyn_targets FILE altynTargets.cmake NAMESPACE altyn:: DESTINATION ${package_dir})
configure_package_config_file(cmake/altynConfig.cmake.in ${CMAKE_BINARY_DIR}/altynConfig.cmake
                              INSTALL_DESTINATION ${package_dir} PATH_VARS private_libdir)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/altynConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/altynConfig.cmake ${CMAKE_BINARY_DIR}/altynConfigVersion.cmake
        DESTINATION ${package_dir})
