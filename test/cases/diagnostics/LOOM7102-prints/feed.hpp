#include <cstdio>

struct Feed : feed::FeedBase<Feed> {
  void on_tick(loom::Tick) {
    std::printf("tick\n");
    const std::lock_guard<std::mutex> guard(mutex_);
  }

 private:
  std::mutex mutex_;
};
