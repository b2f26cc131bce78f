//! When a message was sent, written into it: 16 digits, so that it is found and read in no time.

use std::sync::OnceLock;
use std::time::Instant;

/// Digits of a stamp.
pub const DIGITS: usize = 16;

/// Nanoseconds since the first use in this program: the same clock for all its threads.
pub fn now() -> u64 {
    static BEGAN: OnceLock<Instant> = OnceLock::new();
    let nanos = BEGAN.get_or_init(Instant::now).elapsed().as_nanos();
    u64::try_from(nanos).expect("five hundred years are enough")
}

pub fn put(stamp: u64, out: &mut Vec<u8>) {
    for place in (0..DIGITS).rev() {
        out.push(b"0123456789abcdef"[(stamp >> (4 * place)) as usize & 15]);
    }
}

/// The stamp that stands first; none if there is none.
pub fn read(bytes: &[u8]) -> Option<u64> {
    let digits = bytes.get(..DIGITS)?;
    digits.iter().try_fold(0, |stamp: u64, digit| {
        let value = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        Some(stamp << 4 | u64::from(value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_is_read() {
        for stamp in [0, 1, 0xfedc_ba98_7654_3210, u64::MAX] {
            let mut bytes = Vec::new();
            put(stamp, &mut bytes);
            assert_eq!((read(&bytes), bytes.len()), (Some(stamp), DIGITS));
        }
        assert_eq!(read(b"hello, everybody"), None);
        assert_eq!(read(b"0123"), None);
    }
}
