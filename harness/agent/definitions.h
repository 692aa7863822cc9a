// Where a symbol is defined in this process, for a library that is not in
// the global scope: RTLD_NEXT would look only behind it in its own.
#pragma once

namespace tidemark::agent {

// The first definition in load order, the agent's own modules left out; null
// if there is none. Takes the loader's lock: not to be called from a hook.
void* first_definition(const char* name);

// first_definition(), unless the agent is preloaded: then dlsym(RTLD_NEXT).
void* service_definition(const char* name);

// Whether the program itself defines the name: its calls need not go through
// a table that can be redirected.
bool program_defines(const char* name);

}  // namespace tidemark::agent
