/**
 * Calls that hold up a reactor, as data: what runs on its thread may compute, but neither wait for
 * the kernel nor take memory of unknown cost. Handlers are compared with it at each build, by
 * `generator/blocking`; `docs/BLOCKING.md` is written from it by `npm run docs`.
 */

/** How sure it is that a call holds up the loop. */
export type BlockingDegree =
  /** It waits, for as long as something outside takes. */
  | 'blocks'
  /** It waits sometimes: for a lock, a disk, a full pipe, a blocking descriptor. */
  | 'may block'
  /** It takes memory: microseconds when it has to ask the kernel. */
  | 'allocates';

/** One row. At least one of the lists has something. */
export interface BlockingCall {
  /** What it is about, for people. */
  title: string;
  degree: BlockingDegree;
  /** Functions by their qualified names, `std::` included. */
  functions?: readonly string[];
  /** Methods of variables whose declared type begins with one of `of`. */
  methods?: { of: readonly string[]; names: readonly string[] };
  /** Types whose mere construction as a variable is meant. */
  types?: readonly string[];
  /** A keyword instead of a name. */
  syntax?: 'new' | 'loop';
  /** Why it holds up a loop. */
  why: string;
  /** What to write instead. */
  instead: string;
}

const containers = ['vector', 'string', 'deque', 'list', 'map', 'set', 'multimap', 'multiset'];
const unordered = ['unordered_map', 'unordered_set', 'unordered_multimap', 'unordered_multiset'];
const mutexes = ['mutex', 'timed_mutex', 'recursive_mutex', 'recursive_timed_mutex'];
const standard = (names: readonly string[]): string[] => names.map((name) => `std::${name}`);
const guards = standard(['lock_guard', 'unique_lock', 'scoped_lock', 'shared_lock']);

/** Every row; the first that fits counts. */
export const blockingCalls: readonly BlockingCall[] = [
  {
    title: 'Sleeping',
    degree: 'blocks',
    functions: [
      ...['sleep', 'usleep', 'nanosleep', 'clock_nanosleep', 'pause', 'sigwait', 'sigsuspend'],
      ...['std::this_thread::sleep_for', 'std::this_thread::sleep_until'],
      ...['this_thread::sleep_for', 'this_thread::sleep_until'],
    ],
    why: 'The thread sleeps, and with it every connection of the reactor.',
    instead: 'Use a timer fd and on_tick, or loom::sleep in a fiber.',
  },
  {
    title: 'Waiting for readiness',
    degree: 'blocks',
    functions: ['poll', 'ppoll', 'select', 'pselect', 'epoll_wait', 'epoll_pwait'],
    why: 'A second loop inside of the loop: what the reactor serves waits for it.',
    instead: 'Declare the descriptor as an fd, or await loom::files::poll in a fiber.',
  },
  {
    title: 'Looking up names',
    degree: 'blocks',
    functions: ['getaddrinfo', 'getnameinfo', 'gethostbyname', 'gethostbyaddr', 'res_query'],
    why: 'A resolver waits for its servers, for seconds when one is silent.',
    instead: 'Look it up in on_start, or in loom::offload(pool, …).',
  },
  {
    title: 'Other processes',
    degree: 'blocks',
    functions: [
      ...['system', 'std::system', 'popen', 'pclose', 'wait', 'waitpid', 'waitid', 'wait3'],
      ...['wait4', 'fork', 'vfork'],
    ],
    why: 'It waits for another process, or copies this one.',
    instead: 'Call it in loom::offload(pool, …), or watch SIGCHLD with a signal fd.',
  },
  {
    title: 'Waiting for another thread',
    degree: 'blocks',
    functions: ['pthread_join', 'pthread_cond_wait', 'pthread_cond_timedwait', 'sem_wait'],
    methods: {
      of: [
        ...standard(['condition_variable', 'condition_variable_any', 'future', 'shared_future']),
        ...standard(['thread', 'jthread', 'atomic', 'atomic_flag']),
        ...standard(['latch', 'barrier', 'counting_semaphore', 'binary_semaphore']),
      ],
      names: ['wait', 'wait_for', 'wait_until', 'get', 'join', 'acquire', 'arrive_and_wait'],
    },
    why: 'The reactor stands still until that thread is done.',
    instead: 'Let it post() to the reactor, or wait for a loom::Baton in a fiber.',
  },
  {
    title: 'A loop that never waits',
    degree: 'blocks',
    syntax: 'loop',
    why: 'Nothing in it ends it or gives the reactor its turn.',
    instead:
      'Wait in it: connection.read(), loom::yield(), loom::sleep(…); or leave it by a break.',
  },
  {
    title: 'Terminal input',
    degree: 'blocks',
    functions: ['getchar', 'std::getchar', 'gets', 'scanf', 'std::scanf', 'getpass', 'readline'],
    why: 'It waits until somebody types.',
    instead: 'Take input from a stream fd, or read it in loom::offload(pool, …).',
  },
  {
    title: 'Raw descriptors',
    degree: 'may block',
    functions: [
      ...['read', 'write', 'pread', 'pwrite', 'readv', 'writev', 'recv', 'send', 'recvfrom'],
      ...['sendto', 'recvmsg', 'sendmsg', 'accept', 'accept4', 'connect', 'fsync', 'fdatasync'],
      ...['open', 'openat', 'flock', 'sendfile', 'splice'],
    ],
    why: 'On files, and on descriptors that are not non-blocking, it waits for the other side.',
    instead: 'Declare an fd in the config, or use file fds, loom::files and loom::net in a fiber.',
  },
  {
    title: 'Locks',
    degree: 'may block',
    functions: [
      'pthread_mutex_lock',
      'pthread_rwlock_rdlock',
      'pthread_rwlock_wrlock',
      'std::lock',
      // Named without a variable's type: auto lock = std::lock_guard(mutex).
      ...guards,
    ],
    methods: {
      of: standard([...mutexes, 'shared_mutex', 'shared_timed_mutex']),
      names: ['lock', 'lock_shared', 'try_lock_for', 'try_lock_until'],
    },
    types: guards,
    why: 'Whoever holds the lock may be off its processor, and the whole reactor waits for it.',
    instead: 'Own the data on one reactor and post() to it; among fibers use loom::Mutex.',
  },
  {
    title: 'Giving up the processor',
    degree: 'may block',
    functions: ['sched_yield', 'std::this_thread::yield', 'this_thread::yield'],
    why: 'Others run for as long as the scheduler likes, and a whole reactor waits.',
    instead: 'Use loom::yield() in a fiber; a hook returns, and takes up its work on a timer.',
  },
  {
    title: 'Files of the standard library',
    degree: 'may block',
    functions: [
      ...['fopen', 'fclose', 'fread', 'fwrite', 'fgets', 'fputs', 'fflush', 'fseek', 'getline'],
      ...standard(['fopen', 'fclose', 'fread', 'fwrite', 'fgets', 'fputs', 'fflush', 'getline']),
      ...standard(['filesystem::exists', 'filesystem::remove', 'filesystem::rename']),
      ...standard(['filesystem::copy', 'filesystem::create_directories', 'filesystem::file_size']),
    ],
    types: standard(['ifstream', 'ofstream', 'fstream']),
    why: 'A disk answers in milliseconds when it is busy.',
    instead: 'Declare a file fd, use loom::files in a fiber, or open it in on_start.',
  },
  {
    title: 'Printing',
    degree: 'may block',
    functions: [
      ...['printf', 'fprintf', 'vprintf', 'vfprintf', 'puts', 'putchar', 'perror', 'syslog'],
      ...standard(['printf', 'fprintf', 'vprintf', 'vfprintf', 'puts', 'putchar', 'perror']),
      ...standard(['print', 'println']),
    ],
    why: 'A pipe or terminal that nobody reads fills up, and then it waits.',
    instead: 'Use reactor().log(text), which has a budget, or std::snprintf into a buffer.',
  },
  {
    title: 'Memory by functions',
    degree: 'allocates',
    functions: [
      ...['malloc', 'calloc', 'realloc', 'strdup', 'aligned_alloc', 'posix_memalign', 'mmap'],
      ...standard(['malloc', 'calloc', 'realloc', 'aligned_alloc', 'make_unique', 'make_shared']),
      ...standard(['to_string', 'async', 'format']),
    ],
    why: 'It may ask the kernel for pages, and takes a lock that other threads hold.',
    instead: 'Keep the memory in the handler or in State, or take it in on_start.',
  },
  {
    title: 'new',
    degree: 'allocates',
    syntax: 'new',
    why: 'It may ask the kernel for pages, and takes a lock that other threads hold.',
    instead: 'Keep the object in the handler or in State; placement new takes no memory.',
  },
  {
    title: 'Containers that grow',
    degree: 'allocates',
    methods: {
      of: standard([
        ...[...containers, ...unordered, 'basic_string', 'function', 'ostringstream'],
        ...['queue', 'priority_queue', 'stack'],
      ]),
      names: [
        ...['push_back', 'emplace_back', 'push_front', 'emplace_front', 'insert', 'emplace'],
        ...['try_emplace', 'insert_or_assign', 'resize', 'reserve', 'append'],
        ...['assign', 'push', '+='],
      ],
    },
    why: 'Beyond its capacity it takes new memory and moves what it holds.',
    instead: 'Use std::array or a capacity that on_start reserved, and say so beside the call.',
  },
];
