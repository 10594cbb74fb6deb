// The load generator of the benchmark: loads a server that keeps the contract of README.md, in one
// of four ways, and prints one line of JSON. Nothing is allocated once the load has begun.
//
//   load echo   ADDRESS  closed loop, round trips
//   load ingest ADDRESS  as fast as the server takes it
//   load paced  ADDRESS  open loop at a rate
//   load replay ADDRESS  open loop, the times and sizes of a recording
#include <cstdio>
#include <cstring>

#include "datagrams.hpp"
#include "echo.hpp"
#include "options.hpp"
#include "recording.hpp"
#include "stream.hpp"

namespace {

using bench::Options;
using bench::Outcome;

/// Plays what nobody answers.
template <class Load>
Outcome play(Load&& load, const Options& options, bool paced) {
  if (paced) return load.paced();
  return options.lockstep == 0 ? load.ingest() : load.ingest_in_lockstep();
}

/// The same, by what its address is.
Outcome stream(const Options& options, bool paced) {
  if (bench::Address(options.address).is_datagram()) {
    return play(bench::DatagramLoad(options), options, paced);
  }
  return play(bench::StreamLoad(options, paced), options, paced);
}

}  // namespace

int main(int argc, char** argv) {
  static Options options;
  if (const char* wrong = bench::read_options(argc, argv, options); wrong != nullptr) {
    std::fprintf(stderr, "load: cannot use its options: %s\n", wrong);
    return 2;
  }
  bench::raise_descriptor_limit();
  const auto is = [](const char* mode) { return std::strcmp(options.mode, mode) == 0; };
  if (is("echo")) {
    bench::EchoLoad(options).run().print(stdout);
  } else if (is("ingest") || is("paced")) {
    stream(options, is("paced")).print(stdout);
  } else if (is("replay")) {
    bench::RecordingLoad(options).replay().print(stdout);
  } else {
    std::fprintf(stderr, "load: no mode '%s'; there are echo, ingest, paced and replay\n",
                 options.mode);
    return 2;
  }
  return 0;
}
