# The recorder as CMake's package Tracy, for tests.
add_library(Tracy::TracyClient INTERFACE IMPORTED)
target_include_directories(Tracy::TracyClient INTERFACE "${CMAKE_CURRENT_LIST_DIR}")
target_compile_definitions(Tracy::TracyClient INTERFACE
  TRACE_RECORDER TRACY_ENABLE TRACY_ON_DEMAND TRACY_FIBERS TRACY_ONLY_LOCALHOST TRACY_NO_BROADCAST)
