#include <unistd.h>

struct Feed : feed::FeedBase<Feed> {
  void on_data(auto& connection, loom::Bytes) {
    ::usleep(100);  // loom: allow blocking
  }
};
