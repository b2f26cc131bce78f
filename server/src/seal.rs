//! What shows that a frame was made by a node of this log: a keyed hash, under a secret that only the store holds.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

/// Bytes of a seal: half of the hash, as much as nobody guesses.
const SEAL_BYTES: usize = 16;

/// The log's secret for sealing. All nodes of a log have it, and nobody else.
#[derive(Clone)]
pub struct Key(Hmac<Sha256>);

impl Key {
    pub fn new(secret: [u8; 32]) -> Self {
        Self(Hmac::new_from_slice(&secret).expect("a key may have any length"))
    }

    /// The seal of a message told in parts: HMAC-SHA256 (RFC 2104), its first 16 bytes as base64, 22 characters.
    pub fn seal(&self, parts: &[&str]) -> String {
        let hash = self.hash(parts).finalize().into_bytes();
        URL_SAFE_NO_PAD.encode(&hash[..SEAL_BYTES])
    }

    /// Whether this is the message's seal. Takes as long for a wrong one as for the right one.
    pub fn fits(&self, seal: &str, parts: &[&str]) -> bool {
        let seal = URL_SAFE_NO_PAD.decode(seal);
        seal.is_ok_and(|seal| {
            seal.len() == SEAL_BYTES && self.hash(parts).verify_truncated_left(&seal).is_ok()
        })
    }

    fn hash(&self, parts: &[&str]) -> Hmac<Sha256> {
        let mut hash = self.0.clone();
        parts.iter().for_each(|part| hash.update(part.as_bytes()));
        hash
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_fits_its_message_and_key_alone() {
        let (key, other) = (Key::new([1; 32]), Key::new([2; 32]));
        let seal = key.seal(&["a", "b"]);
        assert_eq!(seal.len(), 22);
        assert!(key.fits(&seal, &["ab"]));
        assert!(!key.fits(&seal, &["ac"]));
        assert!(!other.fits(&seal, &["ab"]));
        for broken in ["", "A", &seal[..20], &format!("{seal}AA"), "ü"] {
            assert!(!key.fits(broken, &["ab"]), "{broken}");
        }
    }

    /// RFC 4231, test case 1 with its key filled up by zeros, which HMAC does by itself.
    #[test]
    fn a_seal_is_the_published_hash() {
        let mut secret = [0; 32];
        secret[..20].fill(0x0b);
        let hash = [
            0xb0, 0x34, 0x4c, 0x61, 0xd8, 0xdb, 0x38, 0x53, 0x5c, 0xa8, 0xaf, 0xce, 0xaf, 0x0b,
            0xf1, 0x2b,
        ];
        let seal = Key::new(secret).seal(&["Hi There"]);
        assert_eq!(seal, URL_SAFE_NO_PAD.encode(hash));
    }
}
