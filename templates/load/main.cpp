// The load generator of the benchmark: loads a server that keeps the contract of README.md, in one
// of three ways, and prints one line of JSON. Nothing is allocated once the load has begun.
//
//   load echo   ADDRESS  closed loop, round trips
//   load ingest ADDRESS  as fast as the server takes it
//   load paced  ADDRESS  open loop at a rate
#include <cstdio>
#include <cstring>

#include "echo.hpp"
#include "options.hpp"
#include "stream.hpp"

int main(int argc, char** argv) {
  static bench::Options options;
  if (const char* wrong = bench::read_options(argc, argv, options); wrong != nullptr) {
    std::fprintf(stderr, "load: cannot use its options: %s\n", wrong);
    return 2;
  }
  if (std::strcmp(options.mode, "echo") == 0) {
    bench::EchoLoad(options).run().print(stdout);
  } else if (std::strcmp(options.mode, "ingest") == 0) {
    bench::StreamLoad load(options, false);
    (options.lockstep == 0 ? load.ingest() : load.ingest_in_lockstep()).print(stdout);
  } else if (std::strcmp(options.mode, "paced") == 0) {
    bench::StreamLoad(options, true).paced().print(stdout);
  } else {
    std::fprintf(stderr, "load: no mode '%s'; there are echo, ingest and paced\n", options.mode);
    return 2;
  }
  return 0;
}
