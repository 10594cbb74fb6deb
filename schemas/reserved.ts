/**
 * Names that a config may not use, and who has them. Names are never mangled, so a name that the
 * generated C++ or TypeScript could not say is an error. The lists are data; `check_names.ts`
 * decides which of them apply to what.
 */

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Keywords and alternative operators of C++20, and names with a meaning at some places. */
export const cxxKeywords = words(`
  alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t
  char32_t class co_await co_return co_yield compl concept const const_cast consteval constexpr
  constinit continue decltype default delete do double dynamic_cast else enum explicit export
  extern false final float for friend goto if import inline int long module mutable namespace new
  noexcept not not_eq nullptr operator or or_eq override private protected public register
  reinterpret_cast requires return short signed sizeof static static_assert static_cast struct
  switch template this thread_local throw true try typedef typeid typename union unsigned using
  virtual void volatile wchar_t while xor xor_eq
`);

/** Macros in lower case that the headers of the runtime bring from the C library and liburing. */
export const cxxMacros = words(`
  alloca assert be16toh be32toh be64toh errno fscrypt_policy h_addr h_errno htobe16 htobe32 htobe64
  htole16 htole32 htole64 io_uring_cqe_index io_uring_cqe_shift io_uring_for_each_cqe le16toh
  le32toh le64toh offsetof pthread_cleanup_pop pthread_cleanup_pop_restore_np pthread_cleanup_push
  pthread_cleanup_push_defer_np s6_addr s6_addr16 s6_addr32 sa_handler sa_sigaction sched_priority
  si_addr si_addr_lsb si_arch si_band si_call_addr si_fd si_int si_lower si_overrun si_pid si_pkey
  si_ptr si_status si_stime si_syscall si_timerid si_uid si_upper si_utime si_value
  sigev_notify_attributes sigev_notify_function sigmask st_atime st_ctime st_mtime stderr stdin
  stdout strdupa strndupa timeradd timerclear timercmp timerisset timersub uring_likely
  uring_unlikely va_arg va_copy va_end va_start
`);

/** Names in capitals that are, or look like, macros of the C library: EINVAL, SIGINT, AF_INET. */
export const macroLike = /^(?:E[A-Z0-9]{2,}|NULL|NSIG|WEOF|[A-Z0-9]{5,}|[A-Z0-9]+(?:_[A-Z0-9]+)+)$/;

/** Reserved words of TypeScript: those that can name no variable in a module. */
export const typescriptKeywords = words(`
  arguments await break case catch class const continue debugger default delete do else enum eval
  export extends false finally for function if implements import in instanceof interface let new
  null package private protected public return static super switch this throw true try typeof
  undefined var void while with yield
`);

/** Properties that every object has; a property of this name would hide or be hidden. */
export const objectProperties = words(`
  __proto__ constructor hasOwnProperty isPrototypeOf propertyIsEnumerable prototype then
  toLocaleString toString valueOf toJSON
`);

/** Properties of the object that `open()` gives. */
export const programProperties = words(`
  backend close closed emit name off on once open program reactors signal stats stop stopped
`);

/** Members that each handler's base class has, in the spelling of C++. */
export const handlerMembers = words(`
  connection on_close on_data on_descriptor on_drain on_error on_event on_open on_signal on_start
  on_tick pools reactor reactors self state
`);

/** Members of the reader that a channel gives for a record. */
export const recordMembers = words('bytes clear copy offset set toObject view');

/** What the struct of an fd declares or derives from, in the spelling of the config. */
export const fdMembers = words('framing handler shape state');

/** What the struct of a call declares, in the spelling of the config. */
export const callMembers = words('handler reply request shape');

/** What the class of a reactor derives from or takes as a parameter. */
export const reactorMembers = words('backend program reactor');

/** Types of the C library in the global namespace, where handlers are declared too. */
export const globalTypes = words('DIR FILE NAN');

/** Types that the generated code uses or declares, in C++ or in TypeScript. */
export const typeNames = words(`
  Array ArrayBuffer AsyncDisposable AsyncIterable AsyncIterator Atomics Batch BigInt BigInt64Array
  BigUint64Array Boolean Buffer Bytes Channel ChannelReader CloseReason Connection DIR DataView
  Date Disposable EOF Error FILE Fd Framing Function Handler Infinity Intl Iterable Iterator JSON
  LoomError Map Math NAN NULL NaN Number Object OpenOptions Operation Program Promise Proxy
  Publisher Reactor Record Reflect RegExp Self Set SharedArrayBuffer State Stats String Symbol Tick
  Uint8Array WeakMap WeakRef WeakSet WriteResult MessageView MessageWriter EnumerationNames
`);

/** Namespaces and functions that a C++ namespace of the same name would collide with. */
export const namespaceNames = words(`
  abort abs accept access acos alarm asin atan atexit atof atoi atol basename bind brk calloc ceil
  chdir chmod chown chroot clearenv clock clone close connect cos creat ctime daemon div dup exit
  exp fabs fcntl fd fdatasync ffs floor fmod fork free fsync ftruncate getenv getpid gmtime gnu
  index ioctl isatty j0 j1 jn kill labs ldiv link linux listen locale localtime log logb loom lseek
  main malloc memory mkdir mkfifo mknod mktime mlock mmap modf mount munmap nan nice node open
  pause perror pipe poll posix pow printf putc putenv puts qsort raise rand random read readlink
  realloc realpath recv remove rename rewind rindex rint rmdir round scanf select send setenv
  setjmp shutdown signal sin sleep sockatmark socket splice sqrt srand stat std stderr stdin stdout
  stime strcpy strlen swab symlink sync syscall system tan tee time times trunc truncate unix unlink
  usleep wait write y0 y1 yn
`);

/** Targets that CMake keeps for itself, and those that the generated project has. */
export const targetNames = words(`
  all clean depend edit_cache help install package preinstall rebuild_cache test
`);
