# Builds the report page (web/) to one HTML file and embeds it in the library. npm runs only when
# something under web/ has changed. The workbench is built and embedded in apps/.
execute_process(COMMAND ${NODE} --version OUTPUT_VARIABLE node_version OUTPUT_STRIP_TRAILING_WHITESPACE)
string(REGEX REPLACE "^v" "" node_version "${node_version}")
if(node_version VERSION_LESS 20.19)
  message(FATAL_ERROR "The report page is built with Node 20.19 or newer; ${NODE} is ${node_version}. "
                      "`source ./setup.sh` fetches one and puts it on your PATH.")
endif()

set(web "${PROJECT_SOURCE_DIR}/web")
set(page "${CMAKE_BINARY_DIR}/web/page/report.html")
set(embedded "${CMAKE_BINARY_DIR}/web/report_page_embedded.cpp")
file(GLOB_RECURSE web_sources CONFIGURE_DEPENDS ${web}/src/* ${web}/bundle/*)

# npm itself writes this file last, so it marks a finished installation; build trees share it.
set(installed "${web}/node_modules/.package-lock.json")
add_custom_command(
  OUTPUT ${installed}
  COMMAND ${NPM} ci --silent --no-audit --no-fund
  COMMAND ${CMAKE_COMMAND} -E touch ${installed}
  DEPENDS ${web}/package.json ${web}/package-lock.json ${web}/.npmrc
  WORKING_DIRECTORY ${web}
  COMMENT "Installing the page's packages"
  VERBATIM)
add_custom_command(
  OUTPUT ${page}
  COMMAND ${NPM} run --silent build -- --logLevel warn --emptyOutDir --outDir ${CMAKE_BINARY_DIR}/web/page
  DEPENDS ${installed} ${web_sources} ${web}/report.html ${web}/vite.config.ts
  WORKING_DIRECTORY ${web}
  COMMENT "Building the report page"
  VERBATIM)

# A text file as the C++ string that `header` declares as `name`.
function(altyn_embed text header name output)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DTEXT=${text} -DHEADER=${header} -DNAME=${name} -DOUTPUT=${output}
            -P ${PROJECT_SOURCE_DIR}/cmake/embed_text.cmake
    DEPENDS ${text} ${PROJECT_SOURCE_DIR}/cmake/embed_text.cmake
    COMMENT "Embedding ${text}"
    VERBATIM)
endfunction()
altyn_embed(${page} altyn/study/report_page.h altyn::study::kReportPage ${embedded})
target_sources(altyn PRIVATE ${embedded})
