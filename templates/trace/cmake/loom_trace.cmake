# What a profiling build adds to a loomgen program: Tracy's client, and a proof that it was built
# for programs with fibers that run where nobody profiles them. What is wrong with it is named in a
# line that begins with `loom-tracy-`, which loomgen reads.
include_guard(GLOBAL)

set(LOOM_TRACY_NEEDS TRACY_ENABLE TRACY_ON_DEMAND TRACY_FIBERS TRACY_ONLY_LOCALHOST
    TRACY_NO_BROADCAST)
# Of Tracy 0.13, the first that does not leak 48 bytes a switch between fibers while no profiler is
# connected. An installed Tracy tells its protocol and not its version.
set(LOOM_TRACY_OLDEST_PROTOCOL 76)

find_package(Tracy CONFIG QUIET)
if(NOT TARGET Tracy::TracyClient)
  message(FATAL_ERROR "\n  loom-tracy-missing:\n")
endif()
get_target_property(LOOM_TRACY_INCLUDES Tracy::TracyClient INTERFACE_INCLUDE_DIRECTORIES)
set(LOOM_TRACY_PROTOCOL 0)
foreach(folder IN LISTS LOOM_TRACY_INCLUDES)
  if(EXISTS "${folder}/common/TracyProtocol.hpp")
    file(READ "${folder}/common/TracyProtocol.hpp" LOOM_TRACY_HEADER)
    if(LOOM_TRACY_HEADER MATCHES "ProtocolVersion = ([0-9]+)")
      set(LOOM_TRACY_PROTOCOL "${CMAKE_MATCH_1}")
    endif()
  endif()
endforeach()
if(LOOM_TRACY_PROTOCOL LESS LOOM_TRACY_OLDEST_PROTOCOL)
  message(FATAL_ERROR "\n  loom-tracy-old: protocol ${LOOM_TRACY_PROTOCOL} in ${Tracy_DIR}\n")
endif()
get_target_property(LOOM_TRACY_DEFINITIONS Tracy::TracyClient INTERFACE_COMPILE_DEFINITIONS)
set(LOOM_TRACY_LACKS ${LOOM_TRACY_NEEDS})
foreach(definition IN LISTS LOOM_TRACY_DEFINITIONS)
  list(REMOVE_ITEM LOOM_TRACY_LACKS "${definition}")
endforeach()
if(LOOM_TRACY_LACKS)
  list(JOIN LOOM_TRACY_LACKS ", " LOOM_TRACY_LACKS)
  message(FATAL_ERROR "\n  loom-tracy-lacks: ${LOOM_TRACY_LACKS} in ${Tracy_DIR}\n")
endif()

# Links Tracy to the library, the addon and the executable of a program, as far as they exist.
function(loom_trace name)
  foreach(target ${name}_reactors ${name}_addon ${name})
    if(TARGET ${target})
      target_link_libraries(${target} PRIVATE Tracy::TracyClient)
      target_compile_definitions(${target} PRIVATE ${ARGN})
    endif()
  endforeach()
endfunction()
