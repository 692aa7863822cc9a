# Without a JDK there are no specimens to run.
if(TARGET specimens_jvm)
  add_managed_specimens(jvm CASES
    endless_thread/guilty endless_thread/innocent jit_warmup/innocent
    lazy_classes/innocent listener_list/guilty listener_list/innocent
    lru/innocent static_list/guilty static_list/innocent string_list/guilty
    string_list/innocent thread_local/guilty thread_local/innocent)
endif()
