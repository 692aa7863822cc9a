# Without Go's compiler and packages there are no specimens to run.
if(TARGET specimens_go)
  add_managed_specimens(go CASES
    buffer_pool/innocent chat/guilty chat/innocent consumer_buffers/guilty
    consumer_buffers/innocent envelope/innocent lazy/innocent lru/innocent
    open_body/guilty open_body/innocent redis_pool/guilty redis_pool/innocent
    redis_pool/guilty_real redis_pool/innocent_real session_list/guilty
    session_list/innocent stuck_goroutine/guilty stuck_goroutine/innocent
    worker/innocent)
endif()
