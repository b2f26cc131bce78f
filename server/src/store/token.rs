//! Secrets that stand for a sign-in.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::Cid;
use sha2::{Digest, Sha256};

/// 256 random bits as 43 characters. The store keeps only its hash, and it never reaches a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    pub fn random() -> Self {
        Self(URL_SAFE_NO_PAD.encode(random::<32>()))
    }

    /// Takes what a client sent; only the store can tell whether it is good.
    pub fn received(text: &str) -> Option<Self> {
        let fits = text.len() == 43 && URL_SAFE_NO_PAD.decode(text).is_ok();
        fits.then(|| Self(text.to_owned()))
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }

    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// What others may know of a sign-in: the first 8 bytes of its token's hash.
pub(super) fn sign_in_id(hash: &[u8; 32]) -> protocol::SignInId {
    id(&hash[..8])
}

/// A random id: `N` bytes as hex.
pub fn random_id<const N: usize, T: std::str::FromStr<Err = protocol::BadId>>() -> T {
    id(&random::<N>())
}

/// A cid that nobody has used: 6 bytes of the time, then 10 random ones, as hex. Those made one after the other stand side by
/// side in a store's index, so that a commit of many changes few of its pages.
pub fn next_cid() -> Cid {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let millis = since.expect("the clock is past 1970").as_millis() as u64;
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
    bytes[6..].copy_from_slice(&random::<10>());
    id(&bytes)
}

fn id<T: std::str::FromStr<Err = protocol::BadId>>(bytes: &[u8]) -> T {
    hex(bytes).parse().expect("hex digits are an id")
}

/// Two digits a byte.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system has random numbers");
    bytes
}
