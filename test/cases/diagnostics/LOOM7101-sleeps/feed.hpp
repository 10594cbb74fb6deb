#include <unistd.h>

struct Feed : feed::FeedBase<Feed> {
  void on_data(auto& connection, loom::Bytes) { retry(); }

 private:
  static void retry() { ::usleep(100); }
};
