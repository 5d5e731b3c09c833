# Compiles the files of a folder eight at a time: headers and templates are then read once for all of
# them, which takes a third off a full build. Rebuilds after an edit are slower, so ./demo and ./test
# ask for it only where nothing is built yet. Names in unnamed namespaces must then differ within a
# folder; files where they do not, and kernels, stand alone.
option(ALTYN_UNITY "Compile several files at once: faster full builds, slower rebuilds" OFF)

# altyn_unity(target [ALONE expression...]): sources whose path matches an expression stand alone.
function(altyn_unity target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "ALONE")
  if(NOT ALTYN_UNITY)
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  get_target_property(sources ${target} SOURCES)
  list(FILTER sources INCLUDE REGEX "\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "^${CMAKE_BINARY_DIR}")
  foreach(expression ${arg_ALONE})
    list(FILTER sources EXCLUDE REGEX "${expression}")
  endforeach()
  foreach(source ${sources})
    cmake_path(GET source PARENT_PATH folder)
    string(MAKE_C_IDENTIFIER "of_${folder}" folder)
    if(NOT DEFINED ${folder})
      set(${folder} 0)
    endif()
    math(EXPR batch "${${folder}} / 8")
    math(EXPR ${folder} "${${folder}} + 1")
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP "${folder}_${batch}")
  endforeach()
endfunction()
