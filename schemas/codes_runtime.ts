/**
 * What `loomgen explain` says about the errors of a running program. The sentences of LOOM50xx are
 * made where they happen, in C++ (`start_code` in templates/runtime/loom/error.hpp); those of the
 * bindings, LOOM60xx, are in `codes_bindings.ts`. A test holds the lists together.
 */
import { prose, type RuntimeEntry } from './code_entry.ts';
import { bindingCodes } from './codes_bindings.ts';
import { fieldCodes } from './codes_fields.ts';
import { lifecycleCodes } from './codes_lifecycle.ts';

/** LOOM50xx, which the program itself reports. */
const programCodes: Readonly<Record<string, RuntimeEntry>> = {
  LOOM5001: {
    severity: 'error',
    title: 'No backend can be used on this machine',
    explanation: prose`
      Each backend of the config's list was tried in its order, and each refused; the message has
      the reasons. Containers often forbid io_uring (seccomp: EPERM), and some kernels switch it off
      (kernel.io_uring_disabled). With linux: ['io_uring', 'epoll'], the default, the same program
      runs on epoll there.
    `,
  },
  LOOM5002: {
    severity: 'error',
    title: 'A listener cannot listen',
    explanation: prose`
      socket(2), bind(2) or listen(2) failed for the fd that is named. EADDRINUSE: another process
      has the port; ss -ltnp lists it. EACCES: a port below 1024 needs the capability
      CAP_NET_BIND_SERVICE. EADDRNOTAVAIL: this machine does not have the address. To try another
      address without a build: open({ addresses: { tcp: '127.0.0.1:0' } }).
    `,
  },
  LOOM5003: {
    severity: 'error',
    title: 'A core does not exist or is not allowed',
    explanation: prose`
      The reactor is pinned to a core that this machine does not have, or that this process may not
      use (cgroups, taskset). nproc --all counts the cores, taskset -p $$ shows those allowed. The
      config is checked for 0 to 1023 only, because it may be built for another machine; at start,
      open({ cores: { main: 1 } }) chooses another core.
    `,
  },
  LOOM5004: {
    severity: 'error',
    title: 'Not enough memory at start',
    explanation: prose`
      All memory of a reactor is reserved and touched when it starts, so that nothing is allocated
      afterwards. map.txt in the output folder lists every table and buffer with its size; fewer
      connections or a smaller writeQueue need less.
    `,
  },
  LOOM5005: {
    severity: 'error',
    title: 'An address cannot be resolved',
    explanation: prose`
      The address of the fd that is named, from the config or from open({ addresses }), is not an
      address or its host has no entry in DNS or /etc/hosts. getent ahosts HOST asks the same way.
    `,
  },
  LOOM5006: {
    severity: 'error',
    title: 'A reactor thread cannot be started',
    explanation: prose`
      pthread_create(3) failed, usually because of a limit on threads: ulimit -u, or pids.max of a
      container's cgroup.
    `,
  },
  LOOM5009: {
    severity: 'error',
    title: 'The clock that was asked for cannot be had',
    explanation: prose`
      clock: 'tsc' wants the processor's time stamp counter. It is used where it is invariant, as
      CPUID says, and the kernel itself keeps time by it: current_clocksource under
      /sys/devices/system/clocksource/clocksource0 is 'tsc'. With clock: 'auto' such a machine
      reads the kernel's clock instead, which takes some 15 ns longer.
    `,
  },
  LOOM5008: {
    severity: 'error',
    title: 'A handler threw while it started',
    explanation: prose`
      A handler's constructor or its on_start let an exception escape, so the program was not
      started. The message has what the exception says. Catch it in the handler, or note what went
      wrong in a member that the hooks check.
    `,
  },
  LOOM5010: {
    severity: 'error',
    title: 'No thread for a worker of a pool',
    explanation: prose`
      The operating system gave no thread for a worker that pools.<name>.threads asks for: a limit
      on processes and threads was reached (ulimit -u, or pids.max of a container's cgroup). Raise
      the limit or declare fewer threads. Nothing runs after this error.
    `,
  },
  LOOM5012: {
    severity: 'error',
    title: 'No watchdog',
    explanation: prose`
      A reactor declares a budget (stall: '10ms'), so the program has a thread that looks at what
      its loops are at, and the operating system gave none, or no eventfd to end it with. Raise the
      limits (ulimit -u, ulimit -n), or set stall: false. Nothing runs after this error.
    `,
  },
  LOOM5011: {
    severity: 'error',
    title: 'A core of a pool does not exist or is not allowed',
    explanation: prose`
      A worker is pinned to a core of pools.<name>.cores that this machine does not have, or that
      this process may not use (cgroups, taskset). nproc --all counts the cores, taskset -p $$ shows
      those allowed. Name one core for each thread, or leave cores out: then the kernel places the
      workers.
    `,
  },
  LOOM5007: {
    severity: 'error',
    title: 'The program is in another state',
    explanation: prose`
      A program is started once and stopped once. In Node one addon is one program: close it with
      await program.stop() before it is opened again.
    `,
  },
  LOOM5020: {
    severity: 'error',
    title: 'A datagram socket cannot be opened',
    explanation: prose`
      socket(2), an option, bind(2) or connect(2) failed for the fd that is named. EADDRINUSE:
      another socket has the address; ss -lunxp lists them, and reuseAddress lets sockets of one
      multicast port share it. EADDRNOTAVAIL: this machine does not have the address. ENODEV: it
      does not have the interface. ECONNREFUSED or ENOENT of a unix peer: nobody is bound there yet.
    `,
  },
  LOOM5021: {
    severity: 'error',
    title: 'A multicast group cannot be joined',
    explanation: prose`
      The kernel refused to join the group (ip(7), ipv6(7)). ENODEV: the interface does not exist,
      or no route leads to the group and no interface is declared; ip link lists their names.
      ENOBUFS: more groups than net.ipv4.igmp_max_memberships allows one socket; sysctl raises it.
    `,
  },
  LOOM5030: {
    severity: 'error',
    title: 'The stacks of fibers cannot be reserved',
    explanation: prose`
      A reactor reserves the address space of every stack of every class at its start, with a guard
      page below each: two mappings a stack. The kernel limits mappings by vm.max_map_count (65530
      by default) and address space by ulimit -v. Lower count in stacks, or raise the limit:
      sudo sysctl vm.max_map_count=262144.
    `,
  },
  LOOM5025: {
    severity: 'error',
    title: 'A descriptor cannot be opened',
    explanation: prose`
      eventfd(2) or signalfd(2) failed for the fd that is named, or opening the ends of a pipe did,
      or the backend cannot watch it: as a rule for want of descriptors (ulimit -n) or of memory.
    `,
  },
  LOOM5026: {
    severity: 'error',
    title: 'An open descriptor is not what was declared',
    explanation: prose`
      The fd takes a descriptor that is open when the program starts, by its number, and there is
      none, or it is something else; the message says what it is and what was expected. Whoever
      starts the program opens it: a shell by 3<file, systemd by socket activation (LISTEN_FDS,
      from number 3 on), a parent process by leaving it open across execve(2).
    `,
  },
  LOOM5027: {
    severity: 'error',
    title: 'Signals that another thread would take',
    explanation: prose`
      A signal that is sent to a process goes to any thread that does not block it, and only if none
      does to a signalfd. The program blocks its signals in its own threads; the thread that is
      named was there before, so the signal's default action would end the process. In Node, whose
      own threads are such, use process.on('SIGHUP', ...) and, for a reactor, an eventfd.
    `,
  },
  LOOM5040: {
    severity: 'error',
    title: 'A file cannot be opened',
    explanation: prose`
      open(2) failed for the fd that is named, before its reactor ran. A relative path is relative
      to the program's working directory; --address NAME=PATH or open({ addresses }) name another.
      A pipe and a socket have no bytes at offsets: declare a pipe fd for them.
    `,
  },
  LOOM5041: {
    severity: 'error',
    title: 'A file system without direct transfers',
    explanation: prose`
      direct: true asks for O_DIRECT, which tmpfs, overlay and some network file systems lack or had
      lacked for long, open(2). Use a file on a disk, or remove direct from the fd.
    `,
  },
  LOOM5050: {
    severity: 'error',
    title: 'A channel in shared memory cannot be made',
    explanation: prose`
      sharedMemory('name') is the file /dev/shm/name, which one process writes. It is locked while
      that runs; one that was left behind by a process that crashed is replaced. Either another
      process has it, or /dev/shm is missing, full, or has a file of that name of another user.
    `,
  },
};

/** LOOM50xx and LOOM60xx. */
export const runtimeCodes: Readonly<Record<string, RuntimeEntry>> = {
  ...programCodes,
  ...bindingCodes,
  ...fieldCodes,
  ...lifecycleCodes,
};
