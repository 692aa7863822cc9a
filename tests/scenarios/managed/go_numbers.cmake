# What is said of a live Go service, beside what Go's own tool says.
if(TARGET specimens_go)
  add_managed_test(go.numbers 300
    ${CMAKE_CURRENT_SOURCE_DIR}/go_numbers.py $<TARGET_FILE:tidemark>)
endif()
