# The program must not be linked to libtorch: commands without a network start in milliseconds.
#   cmake -DPROGRAM=path -P cmake/check_links.cmake
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND ldd "${PROGRAM}" OUTPUT_VARIABLE libraries RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "ldd ${PROGRAM} failed")
endif()
if(libraries MATCHES "libtorch|libc10")
  message(FATAL_ERROR "${PROGRAM} is linked to libtorch:\n${libraries}")
endif()
message("The program is free of libtorch.")
