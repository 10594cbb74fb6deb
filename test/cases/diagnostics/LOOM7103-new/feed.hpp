struct Feed : feed::FeedBase<Feed> {
  void on_data(auto& connection, loom::Bytes bytes) {
    last_ = new Order(bytes);
    orders_.push_back(last_);
  }

 private:
  Order* last_ = nullptr;
  std::vector<Order*> orders_;
};
