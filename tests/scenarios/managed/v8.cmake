# Without Node and npm's ws, which ci/setup installs, there is nothing to run.
find_program(NODE_PROGRAM node)
if(NODE_PROGRAM AND EXISTS ${PROJECT_SOURCE_DIR}/build/node/node_modules/ws)
  add_managed_specimens(v8 CASES
    cluster/guilty_taken emitter_closure/guilty emitter_closure/innocent
    global_map/guilty lazy/innocent lru/innocent timers/guilty timers/innocent)
endif()
