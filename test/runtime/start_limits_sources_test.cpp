// The start of eventfds and signalfds with every number of free descriptors: each is a typed error
// that names the limit, nothing runs on and no descriptor is left.
#include "every_shortage.hpp"
#include "source_fixture.hpp"

namespace {

using loom_test::Shape;

class StartLimitsOfSources : public loom_test::Sources {
 protected:
  /// More than in other tests: a descriptor has a number of its own.
  static void SetUpTestSuite() {
    ASSERT_TRUE(loom_test::limit_descriptors(loom_test::adopted_descriptor + 1));
  }
};

TEST_P(StartLimitsOfSources, EveryNumberOfDescriptorsStartsThemOrIsATypedError) {
  if (GetParam() == std::string("io_uring") && loom::IoUring<Shape>::probe()) {
    GTEST_SKIP() << "this machine does not offer io_uring";
  }
  loom::ProgramStart start;
  start.reactors[0].shared = block_.data();
  const auto before = loom_test::open_descriptors();
  loom_test::expect_every_shortage_to_be_typed(GetParam(), start);
  EXPECT_EQ(loom_test::open_descriptors(), before) << "it leaked";
}

INSTANTIATE_TEST_SUITE_P(On, StartLimitsOfSources, testing::Values("io_uring", "epoll"),
                         [](const auto& each) { return std::string(each.param); });

}  // namespace
