//! How fast one may do something.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

/// Token buckets by key. Written here because its clock must be tokio's: tests and the simulation stop it.
pub struct Rate<K> {
    per_sec: f64,
    burst: f64,
    buckets: Mutex<HashMap<K, Bucket>>,
}

struct Bucket {
    tokens: f64,
    at: Instant,
}

/// Buckets kept before the full ones are forgotten.
const BUCKETS_MAX: usize = 10_000;

impl<K: Eq + Hash> Rate<K> {
    pub fn new(per_sec: u32, burst: u32) -> Self {
        Self {
            per_sec: per_sec.into(),
            burst: burst.into(),
            buckets: Mutex::default(),
        }
    }

    /// For what may be done once each `every` for long, which may be more than a second.
    pub fn every(every: Duration, burst: u32) -> Self {
        Self {
            per_sec: every.as_secs_f64().recip(),
            ..Self::new(1, burst)
        }
    }

    /// Takes one token, or tells after what time there is one.
    pub fn take(&self, key: K) -> Result<(), Duration> {
        let now = Instant::now();
        let mut buckets = self.buckets.lock().expect("no holder panics");
        if buckets.len() >= BUCKETS_MAX {
            buckets.retain(|_, bucket| self.filled(bucket, now) < self.burst);
        }
        let bucket = buckets.entry(key).or_insert(Bucket {
            tokens: self.burst,
            at: now,
        });
        bucket.tokens = self.filled(bucket, now);
        bucket.at = now;
        if bucket.tokens < 1.0 {
            return Err(Duration::from_secs_f64(
                (1.0 - bucket.tokens) / self.per_sec,
            ));
        }
        bucket.tokens -= 1.0;
        Ok(())
    }

    /// What a token was taken for does not count.
    pub fn give_back(&self, key: &K) {
        let mut buckets = self.buckets.lock().expect("no holder panics");
        if let Some(bucket) = buckets.get_mut(key) {
            bucket.tokens = self.burst.min(bucket.tokens + 1.0);
        }
    }

    fn filled(&self, bucket: &Bucket, now: Instant) -> f64 {
        let since = now.duration_since(bucket.at).as_secs_f64();
        self.burst.min(bucket.tokens + since * self.per_sec)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_and_then_so_many_a_second() {
        let rate = Rate::new(5, 20);
        for _ in 0..20 {
            assert_eq!(rate.take("ann"), Ok(()));
        }
        let wait = rate.take("ann").expect_err("the burst is over");
        assert_eq!(wait, Duration::from_millis(200));
        assert_eq!(rate.take("bob"), Ok(()), "others are not slowed");
        tokio::time::advance(wait).await;
        assert_eq!(rate.take("ann"), Ok(()));
        assert!(rate.take("ann").is_err());
    }
}
