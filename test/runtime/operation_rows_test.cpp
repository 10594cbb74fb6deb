// Every builder writes what liburing writes for the same arguments, byte for byte, and every
// request without a ring goes the way that its row says.
#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "loom/backend/io_uring_request.hpp"
#include "loom/system/opcode_name.hpp"
#include "operation_rows_newer.hpp"

namespace {

using loom::system::Emulation;
using loom::system::Opcode;
using loom::system::Request;
using loom_test::at;
using loom_test::OperationRow;

std::string bytes_of(const void* memory) {
  std::string text(static_cast<const char*>(memory), sizeof(Request));
  std::string hex;
  for (const char byte : text) {
    constexpr char digits[] = "0123456789abcdef";
    hex += digits[static_cast<unsigned char>(byte) >> 4U];
    hex += digits[static_cast<unsigned char>(byte) & 15U];
  }
  return hex;
}

std::vector<OperationRow> all_rows() {
  std::vector<OperationRow> rows = loom_test::file_rows;
  rows.insert(rows.end(), loom_test::socket_rows.begin(), loom_test::socket_rows.end());
  rows.insert(rows.end(), loom_test::wait_rows.begin(), loom_test::wait_rows.end());
  return rows;
}

TEST(OperationRows, BuildersWriteWhatLiburingWrites) {
  for (const OperationRow& row : all_rows()) {
    io_uring_sqe theirs{};
    row.prepare(&theirs);
    io_uring_sqe mine{};
    loom::copy_request(mine, row.build());
    EXPECT_EQ(bytes_of(&mine), bytes_of(&theirs)) << row.name;
  }
}

TEST(OperationRows, EveryRequestGoesTheWayOfItsRow) {
  for (const OperationRow& row : all_rows()) {
    EXPECT_EQ(loom::system::emulation_of(row.build()), row.way) << row.name;
  }
  for (const loom_test::NewerRow& row : loom_test::newer_rows) {
    EXPECT_EQ(loom::system::emulation_of(row.built), row.way) << row.name;
  }
}

TEST(OperationRows, NewerOperationsHaveTheirFieldsWhereTheKernelReadsThem) {
  for (const loom_test::NewerRow& row : loom_test::newer_rows) {
    EXPECT_EQ(bytes_of(&row.built), bytes_of(&row.expected)) << row.name;
  }
}

TEST(OperationRows, EveryOpcodeHasABuilder) {
  std::uint64_t built = 0;
  const auto note = [&](const Request& request) {
    built |= std::uint64_t{1} << static_cast<unsigned>(request.opcode);
  };
  for (const OperationRow& row : all_rows()) note(row.build());
  for (const loom_test::NewerRow& row : loom_test::newer_rows) note(row.built);
  for (unsigned opcode = 0; opcode < loom::system::opcode_limit; ++opcode) {
    EXPECT_NE(built >> opcode & 1U, 0U) << loom::system::opcode_name(static_cast<Opcode>(opcode));
  }
}

TEST(OperationRows, AnyEntryOfTheFileTableIsTheKernelsWordForIt) {
  EXPECT_EQ(loom::system::open_at_direct(5, "a", 0, 0, loom::system::any_file_index).file_index,
            IORING_FILE_INDEX_ALLOC);
}

TEST(OperationRows, NamesAreTheKernels) {
  EXPECT_STREQ(loom::system::opcode_name(Opcode::nop), "nop");
  EXPECT_STREQ(loom::system::opcode_name(Opcode::sendmsg_zc), "sendmsg_zc");
  EXPECT_STREQ(loom::system::opcode_name(Opcode::pipe), "pipe");
  EXPECT_STREQ(loom::system::opcode_name(Opcode{200}), "unknown");
}

}  // namespace
