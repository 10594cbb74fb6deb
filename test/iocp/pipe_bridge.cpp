// A peer of named pipes for tests that run outside of wine: what comes from a pipe goes to a socket
// of TCP and back.
//
//   pipe_bridge connect NAME PORT   opens the pipe and a connection to 127.0.0.1:PORT, and ends
//                                   with them
//   pipe_bridge serve NAME PORT     waits for clients at the pipe, with a connection to PORT for
//                                   each, until it is killed; says `ready` once it waits
//
// The end of either side closes the other one: a pipe has no half that could end alone.
#include <winsock2.h>
#include <ws2tcpip.h>
// Behind those, or it would bring the first Winsock.
#include <windows.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

namespace {

constexpr DWORD pipe_bytes = 65536;  ///< that a pipe holds, each way
constexpr DWORD patience_milliseconds = 5000;
constexpr int maximum_clients = 4;  ///< at one time

/// A pipe and the socket that it is tied to.
struct Pair {
  HANDLE pipe = INVALID_HANDLE_VALUE;
  SOCKET socket = INVALID_SOCKET;
};

/// Ends an overlapped call of the pipe. @returns its bytes, or -1 when it failed
int finish(HANDLE pipe, OVERLAPPED& overlapped, BOOL succeeded) {
  DWORD bytes = 0;
  if (!succeeded && GetLastError() != ERROR_IO_PENDING) return -1;
  return GetOverlappedResult(pipe, &overlapped, &bytes, TRUE) ? static_cast<int>(bytes) : -1;
}

void from_pipe(Pair pair) {
  OVERLAPPED overlapped{};
  overlapped.hEvent = CreateEventA(nullptr, TRUE, FALSE, nullptr);
  char bytes[4096];
  while (true) {
    const BOOL succeeded = ReadFile(pair.pipe, bytes, sizeof bytes, nullptr, &overlapped);
    const int size = finish(pair.pipe, overlapped, succeeded);
    if (size <= 0) break;
    for (int sent = 0; sent < size;) {
      const int part = send(pair.socket, bytes + sent, size - sent, 0);
      if (part <= 0) break;
      sent += part;
    }
  }
  CloseHandle(overlapped.hEvent);
  shutdown(pair.socket, SD_SEND);
}

void from_socket(Pair pair) {
  OVERLAPPED overlapped{};
  overlapped.hEvent = CreateEventA(nullptr, TRUE, FALSE, nullptr);
  char bytes[4096];
  while (true) {
    const int size = recv(pair.socket, bytes, sizeof bytes, 0);
    if (size <= 0) break;
    const BOOL succeeded =
        WriteFile(pair.pipe, bytes, static_cast<DWORD>(size), nullptr, &overlapped);
    if (finish(pair.pipe, overlapped, succeeded) < 0) break;
  }
  CloseHandle(overlapped.hEvent);
  CancelIoEx(pair.pipe, nullptr);
}

/// Copies both ways until both have ended.
void run(HANDLE pipe, unsigned short port) {
  Pair pair{pipe, socket(AF_INET, SOCK_STREAM, 0)};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (connect(pair.socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
    std::thread other(from_pipe, pair);
    from_socket(pair);
    other.join();
  }
  CloseHandle(pipe);
  closesocket(pair.socket);
}

HANDLE open_pipe(const char* name) {
  const DWORD end = GetTickCount() + patience_milliseconds;
  HANDLE pipe = INVALID_HANDLE_VALUE;
  while (pipe == INVALID_HANDLE_VALUE && GetTickCount() < end) {
    pipe = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_EXISTING,
                       FILE_FLAG_OVERLAPPED, nullptr);
    if (pipe == INVALID_HANDLE_VALUE && !WaitNamedPipeA(name, patience_milliseconds)) break;
  }
  return pipe;
}

HANDLE make_pipe(const char* name) {
  return CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED, PIPE_TYPE_BYTE,
                          PIPE_UNLIMITED_INSTANCES, pipe_bytes, pipe_bytes, 0, nullptr);
}

/// One client after the other, `pipe` being for the first.
void serve_in_turn(HANDLE pipe, const char* name, unsigned short port) {
  OVERLAPPED overlapped{};
  overlapped.hEvent = CreateEventA(nullptr, TRUE, FALSE, nullptr);
  while (true) {
    finish(pipe, overlapped, ConnectNamedPipe(pipe, &overlapped));
    run(pipe, port);
    pipe = make_pipe(name);
  }
}

void serve(const char* name, unsigned short port) {
  std::thread clients[maximum_clients];
  for (std::thread& one : clients) one = std::thread(serve_in_turn, make_pipe(name), name, port);
  std::puts("ready");
  std::fflush(stdout);
  for (std::thread& one : clients) one.join();
}

}  // namespace

int main(int count, char** words) {
  WSADATA about{};
  WSAStartup(MAKEWORD(2, 2), &about);
  if (count != 4) return 2;
  const auto port = static_cast<unsigned short>(std::atoi(words[3]));
  if (std::strcmp(words[1], "serve") == 0) serve(words[2], port);
  const HANDLE pipe = open_pipe(words[2]);
  if (pipe == INVALID_HANDLE_VALUE) return 1;
  run(pipe, port);
}
