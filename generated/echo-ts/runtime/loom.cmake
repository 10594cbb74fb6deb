# What the build of every loomgen program has in common; the same text for all of them. What is
# missing is named in lines that begin with `loom-`, which loomgen reads, and say what to type.
include_guard(GLOBAL)

set(LOOM_SANITIZE "" CACHE STRING "What -fsanitize= is given: address,undefined or thread")
option(LOOM_STATIC_LIBSTDCXX "Link libstdc++ and libgcc into the addon and the executable" OFF)
set(LOOM_NODE_ADDON_API_INCLUDE "" CACHE PATH "The folder of napi.h, from npm's node-addon-api")
set(LOOM_NODE_API_HEADERS_INCLUDE "" CACHE PATH "The folder of node_api.h, from node-api-headers")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

find_program(LOOM_CCACHE ccache)
if(LOOM_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${LOOM_CCACHE}")
endif()

set(LOOM_COMPILER "${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}")
if((CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 12)
   OR (CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14))
  message(FATAL_ERROR "\n  loom-old-compiler: ${LOOM_COMPILER}\n"
                      "  needed: g++ 12 or clang++ 14; type: sudo apt-get install g++-12\n")
endif()

# Stops the configuration: a library is not here, and `package` is what Debian calls it.
function(loom_missing_library library package)
  message(FATAL_ERROR "\n  loom-missing-library: ${library} (${package})\n"
                      "  type: sudo apt-get install ${package}\n")
endfunction()

find_package(Threads REQUIRED)
find_package(PkgConfig)
if(NOT PkgConfig_FOUND)
  loom_missing_library(pkg-config pkg-config)
endif()

# Finds a pkg-config module and links it to a target. `package` is Debian's name for it.
function(loom_link_module target module package)
  string(MAKE_C_IDENTIFIER "LOOM_MODULE_${module}" variable)
  pkg_check_modules(${variable} IMPORTED_TARGET QUIET "${module}")
  if(NOT ${variable}_FOUND)
    loom_missing_library("${module}" "${package}")
  endif()
  target_link_libraries(${target} PRIVATE PkgConfig::${variable})
endfunction()

# Fibers: how stacks are switched, `fibers.context` of the config, and the library for it.
function(loom_use_fibers target context)
  string(TOUPPER "LOOM_CONTEXT_${context}" definition)
  target_compile_definitions(${target} PRIVATE ${definition})
  # loomgen reads afterwards whether each stack is large enough. ccache forgets the call graph.
  if(NOT LOOM_SANITIZE)
    target_compile_options(${target} PRIVATE -fstack-usage)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      target_compile_options(${target} PRIVATE -fcallgraph-info=su)
      set_target_properties(${target} PROPERTIES CXX_COMPILER_LAUNCHER "")
    endif()
  endif()
  if(context STREQUAL "fcontext")
    set(Boost_USE_STATIC_LIBS ON)
    find_package(Boost QUIET COMPONENTS context)
    if(NOT Boost_FOUND)
      loom_missing_library(Boost.Context libboost-context-dev)
    endif()
    target_link_libraries(${target} PRIVATE Boost::context)
  endif()
endfunction()

# The flags that the library, the addon and the executable are compiled and linked with.
function(loom_target target)
  target_include_directories(${target} PRIVATE include runtime)
  target_compile_options(${target} PRIVATE -Wall -Wextra -fno-rtti -fstack-clash-protection)
  # [[loom::no_trace]] is for profiling builds. Clang would have to forget every unknown attribute.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 12)
    target_compile_options(${target} PRIVATE -Wno-attributes=loom::)
  endif()
  target_link_libraries(${target} PRIVATE Threads::Threads)
  if(LOOM_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${LOOM_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(${target} PRIVATE -fsanitize=${LOOM_SANITIZE})
  endif()
  if(LOOM_STATIC_LIBSTDCXX)
    target_link_options(${target} PRIVATE -static-libstdc++ -static-libgcc)
  endif()
endfunction()

# Adds `<name>_addon`, which makes <name>.node, or says why it does not. Node's headers come from
# the given folders, else from the node_modules next to or above the output.
function(loom_add_addon name)
  set(roots)
  set(folder "${CMAKE_CURRENT_SOURCE_DIR}")
  foreach(step RANGE 5)
    list(APPEND roots "${folder}/node_modules")
    get_filename_component(folder "${folder}" DIRECTORY)
  endforeach()
  find_path(LOOM_NAPI napi.h PATHS "${LOOM_NODE_ADDON_API_INCLUDE}" ${roots}
            PATH_SUFFIXES node-addon-api NO_DEFAULT_PATH)
  find_path(LOOM_NODE_API node_api.h PATHS "${LOOM_NODE_API_HEADERS_INCLUDE}" ${roots}
            PATH_SUFFIXES node-api-headers/include NO_DEFAULT_PATH)
  if(NOT LOOM_NAPI OR NOT LOOM_NODE_API)
    message(STATUS "No ${name}.node: npm's node-addon-api and node-api-headers are not installed")
    return()
  endif()
  add_library(${name}_addon MODULE src/addon.cpp runtime/loom/allocation_counter.cpp)
  loom_target(${name}_addon)
  target_include_directories(${name}_addon SYSTEM PRIVATE "${LOOM_NAPI}" "${LOOM_NODE_API}")
  target_compile_definitions(${name}_addon PRIVATE NAPI_VERSION=8 NAPI_CPP_EXCEPTIONS)
  target_link_libraries(${name}_addon PRIVATE ${name}_reactors)
  set_target_properties(${name}_addon PROPERTIES OUTPUT_NAME ${name} PREFIX "" SUFFIX ".node")
  # Node resolves what is undefined; the module's own symbols, operator new included, stay inside.
  set(exports "${CMAKE_CURRENT_BINARY_DIR}/exports.map")
  file(CONFIGURE OUTPUT "${exports}" CONTENT "{ global: napi_*; node_api_*; local: *; };\n")
  target_link_options(${name}_addon PRIVATE "LINKER:--version-script=${exports}")
endfunction()
