# cmake -DPAGE=report.html -DOUTPUT=x.cpp -P embed_report_page.cmake: the page as a C++ string.
file(READ "${PAGE}" content)
string(FIND "${content}" ")altyn_page\"" clash)
if(NOT clash EQUAL -1)
  message(FATAL_ERROR "${PAGE} contains the end mark of the C++ string.")
endif()
file(WRITE "${OUTPUT}" "#include \"altyn/study/report_page.h\"\n\nnamespace altyn::study {\n\n"
     "const std::string_view kReportPage = R\"altyn_page(${content})altyn_page\";\n\n"
     "}  // namespace altyn::study\n")
