# Warnings are errors in our own code; sanitizers and assertions by option.
function(altyn_warnings target)
  # Warnings are those of the compiler we build with; Clang only searches (tests/fuzz/run).
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wconversion -Wshadow
                                           $<IF:$<BOOL:${ALTYN_FUZZ}>,-w,-Werror>)
  target_compile_options(${target} PRIVATE -ffp-contract=off -Wno-psabi)
  if(ALTYN_ASSERTIONS)
    target_compile_definitions(${target} PRIVATE _GLIBCXX_ASSERTIONS)
  endif()
endfunction()

if(ALTYN_SANITIZE)
  # -g1: line numbers are all that a finding needs, and full debug data doubles the build.
  add_compile_options(-g1 -fsanitize=${ALTYN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${ALTYN_SANITIZE})
endif()
