# The program must not be linked to libtorch, nor to anything with OpenMP: other commands start in
# milliseconds, and how OpenMP threads wait is set before it is loaded.
#   cmake -DPROGRAM=path -P cmake/check_links.cmake
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND ldd "${PROGRAM}" OUTPUT_VARIABLE libraries RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "ldd ${PROGRAM} failed")
endif()
if(libraries MATCHES "libtorch|libc10|libxgboost|libgomp")
  message(FATAL_ERROR "${PROGRAM} is linked to what is to be opened when needed:\n${libraries}")
endif()
message("The program is free of libtorch and OpenMP.")
