# cmake -DTEXT=report.html -DHEADER=altyn/study/report_page.h -DNAME=altyn::study::kReportPage
#       -DOUTPUT=x.cpp -P embed_text.cmake: a file as a C++ string, in pieces that a compiler takes.
file(READ "${TEXT}" content)
string(FIND "${content}" ")altyn_text\"" clash)
if(NOT clash EQUAL -1)
  message(FATAL_ERROR "${TEXT} contains the end mark of the C++ string.")
endif()
file(WRITE "${OUTPUT}" "#include \"${HEADER}\"\n\n"
     "const std::string_view ${NAME} = R\"altyn_text(${content})altyn_text\";\n")
