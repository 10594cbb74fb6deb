// Requests that a pool carries out: on epoll those that may block, on io_uring those that the
// kernel is too old for. A full pool loses nothing, and what no worker has begun can be withdrawn.
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "request_fixture.hpp"

namespace {

namespace ask_for = loom::system;
using ask_for::Opcode;
using loom_test::bytes_of;
using loom_test::Descriptor;
using loom_test::Pipe;
using loom_test::room_in;

using OnEpoll = loom_test::Requests<loom_test::OnEpoll<loom_test::Plain>>;
using OnIoUring = loom_test::Requests<loom_test::OnIoUring<loom_test::Plain>>;

TEST_F(OnEpoll, AFullPoolLosesNothing) {
  const Descriptor file(open(folder.file("many")));
  const std::string letters = "abcdefghijklmnopqrstuvwxyz";
  std::vector<std::uint32_t> numbers;
  for (std::size_t n = 0; n < letters.size(); ++n) {
    const std::string_view letter = std::string_view(letters).substr(n, 1);
    numbers.push_back(begin(ask_for::write(file.get(), bytes_of(letter), n)));
  }
  for (const std::uint32_t number : numbers) EXPECT_EQ(bench().final_result(number), 1);
  std::string text(letters.size(), '.');
  EXPECT_EQ(ask(ask_for::read(file.get(), room_in(text), 0)), 26);
  EXPECT_EQ(text, letters);
  EXPECT_GE(bench().loose.stat(loom::Stat::offloaded), 26U) << "none of it on the loop's thread";
}

TEST_F(OnEpoll, WhatNoWorkerHasBegunIsWithdrawnAndWhatRunsCompletes) {
  const Pipe source;
  const Pipe target;
  const Descriptor file(open(folder.file("withdrawn")));
  // Holds the only worker until something can be copied.
  const std::uint32_t holding = begin(ask_for::tee(source.reader.get(), target.writer.get(), 4));
  std::vector<std::uint32_t> behind;
  // Two in the queue, the others wait for room in it.
  for (int n = 0; n < 6; ++n) behind.push_back(begin(ask_for::fsync(file.get())));
  for (const std::uint32_t number : behind) cancel(number);
  EXPECT_EQ(ask(ask_for::nop()), 0) << "the loop goes on";
  EXPECT_TRUE(bench().in_flight.contains(holding));
  source.write("free");
  EXPECT_EQ(bench().final_result(holding), 4);
  for (const std::uint32_t number : behind) EXPECT_EQ(bench().final_result(number), -ECANCELED);
  EXPECT_EQ(ask(ask_for::fsync(file.get())), 0) << "and the pool goes on";
}

TEST_F(OnEpoll, AReactorThatStopsCancelsWhatWaitsForThePool) {
  const Pipe source;
  const Pipe target;
  const Descriptor file(open(folder.file("stopped")));
  const std::uint32_t holding = begin(ask_for::tee(source.reader.get(), target.writer.get(), 4));
  std::vector<std::uint32_t> behind;
  for (int n = 0; n < 6; ++n) behind.push_back(begin(ask_for::fsync(file.get())));
  bench().inbox.cancel_jobs();
  source.write("free");
  // A worker that took the first just before still makes its call.
  const std::int32_t result = bench().final_result(holding);
  EXPECT_TRUE(result == 4 || result == -ECANCELED) << result;
  for (const std::uint32_t number : behind) EXPECT_EQ(bench().final_result(number), -ECANCELED);
}

TEST_F(OnEpoll, WithoutAPoolTheLoopItselfMakesTheCall) {
  bench().loose.core.blocking_ = nullptr;
  const Descriptor file(open(folder.file("alone")));
  EXPECT_EQ(ask(ask_for::write(file.get(), bytes_of("alone"), 0)), 5);
  EXPECT_EQ(bench().loose.stat(loom::Stat::offloaded), 0U);
}

TEST_F(OnIoUring, WhatTheKernelLacksIsDoneOtherwise) {
  loom::system::Opcode lacking[] = {Opcode::ftruncate, Opcode::socket, Opcode::waitid};
  for (const Opcode opcode : lacking) bench().backend.opcodes().remove(opcode);
  const Descriptor file(open(folder.file("older")));
  EXPECT_EQ(ask(ask_for::ftruncate(file.get(), 100)), 0);
  EXPECT_EQ(bench().loose.stat(loom::Stat::offloaded), 1U) << "in the pool";
  struct statx status {};
  EXPECT_EQ(ask(ask_for::statx(file.get(), "", AT_EMPTY_PATH, STATX_SIZE, &status)), 0);
  EXPECT_EQ(status.stx_size, 100U);
  const Descriptor socket(ask(ask_for::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC)));
  EXPECT_GE(socket.get(), 0) << "at once";
  EXPECT_EQ(bench().loose.logged, "");
  siginfo_t information{};
  EXPECT_EQ(ask(ask_for::waitid(P_ALL, 0, &information, WEXITED)), -ENOSYS);
  EXPECT_NE(bench().loose.logged.find("this kernel's io_uring cannot do the operation waitid"),
            std::string::npos);
}

TEST_F(OnIoUring, TheRingHasWhatItsKernelSays) {
  EXPECT_TRUE(bench().backend.opcodes().has(Opcode::read));
  EXPECT_TRUE(bench().backend.opcodes().has(Opcode::send_zc)) << "6.0; the backend needs 6.1";
  EXPECT_FALSE(bench().backend.opcodes().has(Opcode{200}));
}

}  // namespace
