# What the build of every loomgen program has in common; the same text for all of them. What is
# missing is named in lines that begin with `loom-`, which loomgen reads, and say what to type.
include_guard(GLOBAL)

set(LOOM_SANITIZE "" CACHE STRING "What -fsanitize= is given: address,undefined or thread")
option(LOOM_STATIC_LIBSTDCXX "Link libstdc++ and libgcc into the addon and the executable" OFF)
set(LOOM_NODE_ADDON_API_INCLUDE "" CACHE PATH "The folder of napi.h, from npm's node-addon-api")
set(LOOM_LIBUV_INCLUDE "" CACHE PATH "The folder of uv.h, where compilers do not look themselves")
set(LOOM_NODE_API_HEADERS_INCLUDE "" CACHE PATH "The folder of node_api.h, from node-api-headers")

# What loomgen sets for `build --target`: libraries of a system that is not this one.
set(LOOM_LIBURING_ARCHIVE "" CACHE FILEPATH "liburing.a, instead of what pkg-config knows")
set(LOOM_LIBURING_INCLUDE "" CACHE PATH "The folder of liburing.h that belongs to it")
set(LOOM_FIBER_CONTEXT "" CACHE STRING "How stacks are switched, instead of fibers.context")
set(LOOM_PACKAGE_SUFFIX "" CACHE STRING "Added to Debian's packages, such as :arm64")
option(LOOM_PREBUILD "Make an addon to ship: stripped, and the same bytes in every folder" OFF)

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
if(NOT PkgConfig_FOUND AND CMAKE_SYSTEM_NAME STREQUAL "Linux")
  loom_missing_library(pkg-config pkg-config)
endif()

# Finds a pkg-config module and links it to a target. `package` is Debian's name for it.
function(loom_link_module target module package)
  if(module STREQUAL "liburing" AND NOT CMAKE_SYSTEM_NAME STREQUAL "Linux")
    return()  # io_uring is Linux's
  endif()
  if(NOT PkgConfig_FOUND)
    loom_missing_library(pkg-config pkg-config)
  endif()
  if(module STREQUAL "liburing" AND LOOM_LIBURING_ARCHIVE)
    target_include_directories(${target} SYSTEM PRIVATE "${LOOM_LIBURING_INCLUDE}")
    target_link_libraries(${target} PRIVATE "${LOOM_LIBURING_ARCHIVE}")
    return()
  endif()
  string(MAKE_C_IDENTIFIER "LOOM_MODULE_${module}" variable)
  pkg_check_modules(${variable} IMPORTED_TARGET QUIET "${module}")
  if(NOT ${variable}_FOUND)
    loom_missing_library("${module}" "${package}${LOOM_PACKAGE_SUFFIX}")
  endif()
  target_link_libraries(${target} PRIVATE PkgConfig::${variable})
endfunction()

# Fibers: how stacks are switched, `fibers.context` of the config, and the library for it.
function(loom_use_fibers target context)
  if(LOOM_FIBER_CONTEXT)
    set(context "${LOOM_FIBER_CONTEXT}")
  endif()
  if(WIN32)
    set(context windows)  # its own fibers
  endif()
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

# What programs of Windows are compiled with besides: headers of POSIX that it lacks. Nothing but
# what Windows brings has to lie beside them, and a file does not say when it was made.
function(loom_windows_target target)
  target_include_directories(${target} SYSTEM PRIVATE runtime/loom/system/windows/posix)
  target_compile_definitions(${target} PRIVATE _WIN32_WINNT=0x0A00 _FILE_OFFSET_BITS=64)
  # Lengths are ints there or 64 bits wide, printf's formats are those of two C libraries, and the
  # headers read a thread's block at address 0 of its segment.
  target_compile_options(${target} PRIVATE -Wno-sign-compare -Wno-format -Wno-format-extra-args
                                           -Wno-array-bounds)
  target_link_libraries(${target} PRIVATE ws2_32 mswsock iphlpapi)
  target_link_options(${target} PRIVATE -static LINKER:--no-insert-timestamp)
endfunction()

# The flags that the library, the addon and the executable are compiled and linked with.
function(loom_target target)
  target_include_directories(${target} PRIVATE include runtime)
  target_compile_options(${target} PRIVATE -Wall -Wextra -fno-rtti)
  if(WIN32)
    loom_windows_target(${target})
  elseif(NOT APPLE)
    target_compile_options(${target} PRIVATE -fstack-clash-protection)
  endif()
  # [[loom::no_trace]] is for profiling builds. Clang would have to forget every unknown attribute.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 12)
    target_compile_options(${target} PRIVATE -Wno-attributes=loom::)
  endif()
  target_link_libraries(${target} PRIVATE Threads::Threads)
  if(LOOM_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${LOOM_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(${target} PRIVATE -fsanitize=${LOOM_SANITIZE})
  endif()
  if(LOOM_PREBUILD)
    target_compile_options(${target} PRIVATE "-ffile-prefix-map=${CMAKE_CURRENT_SOURCE_DIR}=.")
    target_link_options(${target} PRIVATE -s)
  endif()
  # Where libc++ is the library, zig links it into what it makes, and the system has it otherwise.
  if(LOOM_STATIC_LIBSTDCXX AND CMAKE_SYSTEM_NAME STREQUAL "Linux")
    target_link_options(${target} PRIVATE -static-libstdc++ -static-libgcc)
  endif()
endfunction()

# Node-API for an addon of Windows, where a library has to name the file that has what it calls: one
# that is looked up when it is called first, in whatever program loaded the addon (node/host.cpp).
function(loom_link_host target folder)
  set(definitions "${CMAKE_CURRENT_BINARY_DIR}/node.def")
  set(library "${CMAKE_CURRENT_BINARY_DIR}/libnode.a")
  file(READ "${folder}/js_native_api.def" javascript)
  file(READ "${folder}/node_api.def" node)
  string(REPLACE "NAME NODE.EXE\nEXPORTS\n" "" node "${node}")  # the first file has them
  file(WRITE "${definitions}" "${javascript}\n${node}")
  find_program(LOOM_DLLTOOL NAMES "${CMAKE_DLLTOOL}" dlltool REQUIRED)
  execute_process(COMMAND "${LOOM_DLLTOOL}" --input-def "${definitions}" --dllname node.exe
                          --output-delaylib "${library}" COMMAND_ERROR_IS_FATAL ANY)
  target_sources(${target} PRIVATE runtime/loom/node/host.cpp)
  target_link_libraries(${target} PRIVATE "${library}")
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
  # A bundle of Darwin is what Node loads, and so is a library, which zig makes as well.
  set(kind MODULE)
  if(APPLE)
    set(kind SHARED)
  endif()
  add_library(${name}_addon ${kind} src/addon.cpp runtime/loom/allocation_counter.cpp)
  loom_target(${name}_addon)
  target_include_directories(${name}_addon SYSTEM PRIVATE "${LOOM_NAPI}" "${LOOM_NODE_API}")
  if(LOOM_LIBUV_INCLUDE)
    # Last: other headers beside it are another version's.
    target_compile_options(${name}_addon PRIVATE "SHELL:-idirafter \"${LOOM_LIBUV_INCLUDE}\"")
  endif()
  target_compile_definitions(${name}_addon PRIVATE NAPI_VERSION=8 NAPI_CPP_EXCEPTIONS)
  target_link_libraries(${name}_addon PRIVATE ${name}_reactors)
  set_target_properties(${name}_addon PROPERTIES OUTPUT_NAME ${name} PREFIX "" SUFFIX ".node")
  if(WIN32)
    loom_link_host(${name}_addon "${LOOM_NODE_API}/../def")
    return()
  endif()
  # Node resolves what is undefined; the module's own symbols, operator new included, stay inside.
  if(APPLE)
    include(CheckCXXCompilerFlag)
    set(hidden -fvisibility-global-new-delete=force-hidden)
    check_cxx_compiler_flag(${hidden} LOOM_CAN_HIDE_NEW)
    if(NOT LOOM_CAN_HIDE_NEW)
      set(hidden -fvisibility-global-new-delete-hidden)  # until clang 18
    endif()
    target_compile_options(${name}_addon PRIVATE ${hidden})
    target_link_options(${name}_addon PRIVATE -undefined dynamic_lookup)
    return()
  endif()
  set(exports "${CMAKE_CURRENT_BINARY_DIR}/exports.map")
  file(CONFIGURE OUTPUT "${exports}" CONTENT "{ global: napi_*; node_api_*; local: *; };\n")
  target_link_options(${name}_addon PRIVATE "LINKER:--version-script=${exports}")
endfunction()
