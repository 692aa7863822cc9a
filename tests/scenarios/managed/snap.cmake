# Heap snapshots of V8, read by us and by Node.
add_executable(v8_counts v8_counts.cc)
target_link_libraries(v8_counts PRIVATE tidemark_v8)
add_test(NAME v8_numbers COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/v8_numbers.py
  $<TARGET_FILE:tidemark> $<TARGET_FILE:v8_counts>)
set_tests_properties(v8_numbers PROPERTIES TIMEOUT 300 RESOURCE_LOCK managed)
