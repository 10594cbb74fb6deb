//! The contract of a server of the benchmark, for the peers in Rust: `MODE ADDRESS` on the command
//! line, messages of u16be length and a body that begins with its send time, and a line of JSON at
//! SIGTERM. How bytes are read and written is each peer's own affair.

mod delays;

use std::cell::RefCell;
use std::io::Write;
use std::os::unix::net::UnixStream;

use delays::Delays;

/// What one read may bring at most.
pub const BUFFER_BYTES: usize = 65536;

const PREFIX_BYTES: usize = 2;
const STAMP_BYTES: usize = 8;

/// Where to listen.
pub enum Address {
    Tcp(String),
    Unix(String),
}

/// What the command line asks for.
pub struct Order {
    pub echo: bool,
    pub address: Address,
}

impl Order {
    /// Reads the command line; leaves with a sentence where it makes no sense.
    pub fn read() -> Order {
        let words: Vec<String> = std::env::args().skip(1).collect();
        let understood = match words.as_slice() {
            [mode, address] if mode == "echo" || mode == "sink" => {
                parse(address).map(|address| Order {
                    echo: mode == "echo",
                    address,
                })
            }
            _ => None,
        };
        understood.unwrap_or_else(|| {
            eprintln!("usage: peer echo|sink tcp:IP:PORT|unix:PATH");
            std::process::exit(2)
        })
    }
}

fn parse(address: &str) -> Option<Address> {
    if let Some(path) = address.strip_prefix("unix:") {
        // A path that an earlier server left behind cannot be bound.
        let _ = std::fs::remove_file(path);
        return Some(Address::Unix(path.to_owned()));
    }
    address
        .strip_prefix("tcp:")
        .map(|tcp| Address::Tcp(tcp.to_owned()))
}

/// CLOCK_MONOTONIC, as the generator stamps with it.
fn now_nanoseconds() -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the clock exists, and the structure is ours.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

struct Tally {
    total: u64,
    first_nanoseconds: u64,
    last_nanoseconds: u64,
    bytes: u64,
    chunks: u64,
    bad: u64,
    delays: Delays,
}

thread_local! {
    /// What the one thread of a peer counts.
    static TALLY: RefCell<Tally> = const {
        RefCell::new(Tally {
            total: 0,
            first_nanoseconds: 0,
            last_nanoseconds: 0,
            bytes: 0,
            chunks: 0,
            bad: 0,
            delays: Delays::new(),
        })
    };
}

impl Tally {
    fn arrived(&mut self, size: usize) {
        self.bytes += size as u64;
        self.chunks += 1;
    }

    /// Counts the message that begins with `head`, of which prefix and stamp are there.
    fn message(&mut self, head: &[u8]) {
        self.total += 1;
        let Some(stamp) = head.get(PREFIX_BYTES..PREFIX_BYTES + STAMP_BYTES) else {
            self.bad += 1;
            return;
        };
        let stamp = u64::from_le_bytes(stamp.try_into().expect("eight bytes"));
        if stamp == 0 {
            return;
        }
        match now_nanoseconds().checked_sub(stamp) {
            Some(delay) => self.delays.record(delay),
            None => self.bad += 1,
        }
    }

    fn print(&self) {
        let [p50, p90, p99, p999] = [500, 900, 990, 999].map(|rank| self.delays.percentile(rank));
        println!(
            "{{\"total\":{},\"measured\":{},\"span_ns\":{},\"p50\":{p50},\"p90\":{p90},\
             \"p99\":{p99},\"p999\":{p999},\"max\":{},\"bytes\":{},\"chunks\":{},\"bad\":{}}}",
            self.total,
            self.delays.count(),
            self.last_nanoseconds - self.first_nanoseconds,
            self.delays.longest(),
            self.bytes,
            self.chunks,
            self.bad,
        );
    }
}

/// Counts what came in one read. An echo needs no more: it gives bytes back as they came.
pub fn arrived(size: usize) {
    TALLY.with_borrow_mut(|tally| tally.arrived(size));
}

/// Says that clients may come.
pub fn say_ready() {
    println!("READY");
    std::io::stdout().flush().expect("stdout is open");
}

/// Says what was counted.
pub fn print_tally() {
    TALLY.with_borrow(Tally::print);
}

/// A stream that brings one byte by SIGTERM, which any runtime can wait for. To be called before
/// other threads are there.
pub fn termination() -> std::io::Result<UnixStream> {
    let (ours, mut theirs) = UnixStream::pair()?;
    // SAFETY: an all-zero set is filled before it is used.
    let signals = unsafe {
        let mut signals: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&mut signals);
        libc::sigaddset(&mut signals, libc::SIGTERM);
        libc::sigprocmask(libc::SIG_BLOCK, &signals, std::ptr::null_mut());
        signals
    };
    std::thread::spawn(move || {
        let mut signal = 0;
        // SAFETY: both outlive the call.
        unsafe { libc::sigwait(&signals, &mut signal) };
        let _ = theirs.write_all(b"T");
        // Kept open: the stream's end is not the signal.
        std::mem::forget(theirs);
    });
    Ok(ours)
}

/// Finds the messages of one connection in its bytes, however these are cut. Nothing is copied but
/// the first bytes of a message that is cut.
#[derive(Default)]
pub struct Messages {
    head: [u8; PREFIX_BYTES + STAMP_BYTES],
    held: usize,
    rest: usize,
}

fn body_bytes(prefix: &[u8]) -> usize {
    usize::from(u16::from_be_bytes([prefix[0], prefix[1]]))
}

impl Messages {
    /// Counts every message that ends in these bytes.
    pub fn take(&mut self, mut bytes: &[u8]) {
        TALLY.with_borrow_mut(|tally| {
            tally.arrived(bytes.len());
            let before = tally.total;
            while !bytes.is_empty() {
                bytes = &bytes[self.step(tally, bytes)..];
            }
            if tally.total == before {
                return;
            }
            tally.last_nanoseconds = now_nanoseconds();
            if before == 0 {
                tally.first_nanoseconds = tally.last_nanoseconds;
            }
        });
    }

    /// Takes a message, or as much as is there of one. Returns how many bytes that were.
    fn step(&mut self, tally: &mut Tally, bytes: &[u8]) -> usize {
        if self.held == 0 && bytes.len() >= PREFIX_BYTES {
            let whole = PREFIX_BYTES + body_bytes(bytes);
            if bytes.len() >= whole {
                tally.message(&bytes[..whole]);
                return whole;
            }
        }
        let taken = if self.rest > 0 {
            let taken = bytes.len().min(self.rest);
            self.rest -= taken;
            taken
        } else {
            self.head[self.held] = bytes[0];
            self.held += 1;
            if self.held < PREFIX_BYTES {
                return 1;
            }
            let body = body_bytes(&self.head);
            if self.held < PREFIX_BYTES + body.min(STAMP_BYTES) {
                return 1;
            }
            self.rest = PREFIX_BYTES + body - self.held;
            1
        };
        if self.rest == 0 {
            let head = PREFIX_BYTES + body_bytes(&self.head).min(STAMP_BYTES);
            tally.message(&self.head[..head]);
            self.held = 0;
        }
        taken
    }
}
