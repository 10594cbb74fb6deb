// The FIFO that operations wait in: order, size and links, against a reference under random use.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <deque>
#include <random>
#include <vector>

#include "loom/operation.hpp"

namespace {

using loom::Operation;
using loom::OperationQueue;

TEST(OperationQueue, GivesRecordsBackInOrder) {
  OperationQueue queue;
  std::array<Operation, 3> records;
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.pop(), nullptr);
  for (Operation& record : records) queue.push(record);
  EXPECT_EQ(queue.size(), 3U);
  EXPECT_EQ(queue.front(), &records[0]);
  for (Operation& record : records) {
    EXPECT_EQ(queue.pop(), &record);
    EXPECT_EQ(record.next, nullptr) << "a record that left a queue may join another";
  }
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.front(), nullptr);
}

TEST(OperationQueue, BehavesLikeADequeUnderRandomUse) {
  OperationQueue queue;
  std::deque<Operation*> reference;
  std::vector<Operation> records(16);
  std::vector<Operation*> idle;
  for (Operation& record : records) idle.push_back(&record);
  std::mt19937 random(1);
  for (int step = 0; step < 20000; ++step) {
    if (!idle.empty() && random() % 2 == 0) {
      queue.push(*idle.back());
      reference.push_back(idle.back());
      idle.pop_back();
    } else if (Operation* taken = queue.pop(); taken != nullptr) {
      ASSERT_EQ(taken, reference.front()) << "at step " << step;
      reference.pop_front();
      idle.push_back(taken);
    }
    ASSERT_EQ(queue.size(), reference.size()) << "at step " << step;
    ASSERT_EQ(queue.empty(), reference.empty()) << "at step " << step;
  }
}

#ifndef NDEBUG
TEST(OperationQueueDeathTest, ARecordWaitsInOneQueueAtATime) {
  OperationQueue queue;
  Operation first;
  Operation second;
  queue.push(first);
  queue.push(second);
  EXPECT_DEATH(queue.push(first), "waits in one queue at a time");
}
#endif

}  // namespace
