# Our reading of heap dumps beside the JVM's own numbers.
find_program(JAVA_COMPILER javac)
if(JAVA_COMPILER)
  add_managed_test(jvm_numbers 300
    ${CMAKE_CURRENT_SOURCE_DIR}/jvm_numbers.py $<TARGET_FILE:tidemark>)
else()
  message(STATUS "jvm_numbers is left out: no javac")
endif()
