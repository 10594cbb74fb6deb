// Mail between threads: bounded, in each producer's order, nothing lost, and no post that neither
// arrives nor is refused when the mailbox closes. LOOM_MAIL_ITEMS=10000000 makes the run with eight
// producers as long as the promise says; it prints its figures.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

#include "counted_allocations.hpp"
#include "loom/mailbox.hpp"
#include "support.hpp"

namespace {

using loom::Mail;
using loom::Mailbox;
using loom::PostResult;
using loom::Tag;

Mail number(std::uint32_t producer, std::uint32_t item) {
  return Mail::completing(Tag(producer, 1, item), static_cast<std::int32_t>(item ^ producer));
}

TEST(Mailbox, IsClosedBeforeItIsOpened) {
  Mailbox mailbox;
  EXPECT_EQ(mailbox.post(number(0, 0)).value(), PostResult::closed);
  EXPECT_FALSE(mailbox.has_mail());
  Mail mail;
  EXPECT_FALSE(mailbox.take(mail));
}

TEST(Mailbox, GivesWhatItWasGivenInItsOrderAndSaysFull) {
  Mailbox mailbox;
  ASSERT_TRUE(mailbox.open(4));
  std::uint32_t posted = 0;
  std::uint32_t taken = 0;
  Mail mail;
  for (int lap = 0; lap < 10; ++lap) {
    while (mailbox.post(number(7, posted))) posted += 1;
    EXPECT_EQ(mailbox.post(number(7, posted)).value(), PostResult::full);
    EXPECT_EQ(posted - taken, 4U);
    EXPECT_TRUE(mailbox.has_mail());
    for (int n = 0; n < 3; ++n) {
      ASSERT_TRUE(mailbox.take(mail));
      EXPECT_EQ(mail.tag.slot(), 7U);
      EXPECT_EQ(mail.tag.generation(), taken);
      taken += 1;
    }
  }
}

TEST(Mailbox, GivesWhatWasPostedBeforeItClosed) {
  Mailbox mailbox;
  ASSERT_TRUE(mailbox.open(4));
  EXPECT_TRUE(mailbox.post(number(0, 1)));
  EXPECT_TRUE(mailbox.post(number(0, 2)));
  mailbox.close();
  mailbox.close();
  EXPECT_EQ(mailbox.post(number(0, 3)).value(), PostResult::closed);
  std::vector<std::uint32_t> items;
  mailbox.drain([&](Mail& mail) { items.push_back(mail.tag.generation()); });
  EXPECT_EQ(items, (std::vector<std::uint32_t>{1, 2}));
  mailbox.drain([&](Mail&) { FAIL() << "each item is given once"; });
}

TEST(Mailbox, OpensAgainForTheNextConsumerAndGoesOnInOrder) {
  Mailbox mailbox;
  ASSERT_TRUE(mailbox.open(4));
  for (std::uint32_t life = 0; life < 5; ++life) {
    for (std::uint32_t item = 0; item < 3; ++item) {
      ASSERT_EQ(mailbox.post(number(life, item)).value(), PostResult::posted);
    }
    mailbox.close();
    EXPECT_EQ(mailbox.post(number(life, 9)).value(), PostResult::closed);
    std::uint32_t next = 0;
    mailbox.drain([&](const Mail& mail) {
      EXPECT_EQ(mail.tag.slot(), life);
      EXPECT_EQ(mail.tag.generation(), next);
      next += 1;
    });
    EXPECT_EQ(next, 3U);
    mailbox.reopen();
    EXPECT_FALSE(mailbox.has_mail()) << "nothing of the last life is left";
  }
}

TEST(Mailbox, HoldsCallsOfUpToFortyBytes) {
  struct Five {
    std::uint64_t words[5];
  };
  static_assert(sizeof(Five) == loom::mail_call_bytes);
  static std::uint64_t sum;
  sum = 0;
  const Five five{{1, 2, 3, 4, 5}};
  Mail mail = Mail::calling([five] {
    for (const std::uint64_t word : five.words) sum += word;
  });
  loom_test::LooseCore loose;
  Mail copy = mail;
  copy.run(copy, loose.core);
  EXPECT_EQ(sum, 15U);
  mail = Mail::calling([](loom::ReactorCore& core) { core.stats().add(loom::Stat::ticks); });
  mail.run(mail, loose.core);
  EXPECT_EQ(loose.stat(loom::Stat::ticks), 1U);
}

/// Items a producer; 10 million when asked for, else few enough for a sanitizer.
std::uint32_t items_of_each() {
  const char* text = std::getenv("LOOM_MAIL_ITEMS");
  return text == nullptr ? 20'000 : static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10));
}

TEST(Mailbox, LosesNothingOfEightProducersAndKeepsTheOrderOfEach) {
  constexpr std::uint32_t producers = 8;
  const std::uint32_t items = items_of_each();
  Mailbox mailbox;
  ASSERT_TRUE(mailbox.open(1024));
  std::atomic<std::uint64_t> allocations{0};
  std::atomic<std::uint64_t> refused{0};
  std::vector<std::thread> threads;
  const auto begin = std::chrono::steady_clock::now();
  for (std::uint32_t producer = 0; producer < producers; ++producer) {
    threads.emplace_back([&, producer] {
      const loom_test::CountedAllocations counted(allocations);
      std::uint64_t full = 0;
      for (std::uint32_t item = 0; item < items; ++item) {
        while (!mailbox.post(number(producer, item))) {
          full += 1;
          std::this_thread::yield();
        }
      }
      refused.fetch_add(full, std::memory_order_relaxed);
    });
  }
  std::uint32_t next[producers] = {};
  std::uint64_t wrong = 0;
  {
    const loom_test::CountedAllocations counted(allocations);
    const std::uint64_t all = std::uint64_t{items} * producers;
    Mail mail;
    for (std::uint64_t taken = 0; taken < all;) {
      if (!mailbox.take(mail)) {
        std::this_thread::yield();
        continue;
      }
      taken += 1;
      const std::uint32_t producer = mail.tag.slot();
      const std::uint32_t item = mail.tag.generation();
      wrong += producer < producers && item == next[producer] ? 0 : 1;
      wrong += mail.result == static_cast<std::int32_t>(item ^ producer) ? 0 : 1;
      next[producer % producers] = item + 1;
    }
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0U) << "out of order, doubled or torn";
  EXPECT_FALSE(mailbox.has_mail());
  EXPECT_EQ(allocations.load(), 0U);
  for (const std::uint32_t count : next) EXPECT_EQ(count, items);
  std::printf("mailbox: %u producers x %u items in %.2f s, %.1f M/s, %llu times full, 0 lost\n",
              producers, items, seconds.count(), producers * 1e-6 * items / seconds.count(),
              static_cast<unsigned long long>(refused.load()));
}

// The race at the end: each post that was not refused is given, and none that was.
TEST(Mailbox, ClosesBetweenPostsAndNeverInsideOne) {
  for (int round = 0; round < 300; ++round) {
    Mailbox mailbox;
    ASSERT_TRUE(mailbox.open(8));
    std::atomic<std::uint64_t> posted{0};
    std::vector<std::thread> threads;
    for (std::uint32_t producer = 0; producer < 3; ++producer) {
      threads.emplace_back([&, producer] {
        std::uint32_t item = 0;
        for (;;) {
          const PostResult result = mailbox.post(number(producer, item));
          if (result.value() == PostResult::closed) break;
          if (result) item += 1;
          if (!result) std::this_thread::yield();
        }
        posted.fetch_add(item);
      });
    }
    std::uint64_t taken = 0;
    Mail mail;
    while (taken < static_cast<std::uint64_t>(round % 30)) taken += mailbox.take(mail) ? 1 : 0;
    mailbox.close();
    mailbox.drain([&](Mail&) { taken += 1; });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(taken, posted.load());
    EXPECT_FALSE(mailbox.has_mail());
  }
}

}  // namespace
