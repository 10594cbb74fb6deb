//! Delays by 64 buckets for each power of two: a percentile is at most 1/64 too high.

const FINE_BITS: u32 = 6;
const FINE: usize = 1 << FINE_BITS;
const BUCKETS: usize = (66 - FINE_BITS as usize) << FINE_BITS;

pub struct Delays {
    buckets: [u64; BUCKETS],
    count: u64,
    longest: u64,
}

impl Delays {
    pub const fn new() -> Delays {
        Delays {
            buckets: [0; BUCKETS],
            count: 0,
            longest: 0,
        }
    }

    pub fn record(&mut self, nanoseconds: u64) {
        self.buckets[bucket_of(nanoseconds)] += 1;
        self.count += 1;
        self.longest = self.longest.max(nanoseconds);
    }

    pub fn count(&self) -> u64 {
        self.count
    }

    pub fn longest(&self) -> u64 {
        self.longest
    }

    /// What `per_mille` of all delays do not exceed; 0 without any.
    pub fn percentile(&self, per_mille: u64) -> u64 {
        let rank = (self.count * per_mille).div_ceil(1000);
        let mut seen = 0;
        for (bucket, count) in self.buckets.iter().enumerate() {
            seen += count;
            if seen >= rank && seen > 0 {
                return last_of(bucket).min(self.longest);
            }
        }
        0
    }
}

fn bucket_of(value: u64) -> usize {
    let bits = u64::BITS - value.leading_zeros();
    let shift = bits.saturating_sub(FINE_BITS + 1);
    ((shift as usize) << FINE_BITS) + (value >> shift) as usize
}

fn last_of(bucket: usize) -> u64 {
    if bucket < 2 * FINE {
        return bucket as u64;
    }
    let shift = (bucket >> FINE_BITS) - 1;
    // The last bucket ends where the numbers do.
    (((bucket - (shift << FINE_BITS)) as u128 + 1) << shift)
        .saturating_sub(1)
        .min(u64::MAX.into()) as u64
}
