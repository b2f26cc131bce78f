//! Passwords: what one has to be, and whether it is the right one.

use std::fmt;
use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use protocol::{Reason, limits};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization as _;

use crate::store::Hashed;

/// Passwords hashed at once: each takes 19 MiB and a core for some 20 ms.
const AT_ONCE: usize = 2;

/// Passwords that may wait for it: what is done within a second or two.
const WAITING_MAX: usize = 64;

/// The hash of no password anybody knows, made at the usual cost.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A password as somebody typed it, of a fit length.
#[derive(Clone)]
pub struct Password(String);

/// Too many passwords wait; come again in a moment.
#[derive(Debug, PartialEq, Eq)]
pub struct Busy;

/// Where passwords are hashed: off the async threads, a few at once.
pub struct Passwords {
    places: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Password {
    /// Takes signs that look the same for the same (NFKC): keyboards write them in different ways.
    pub fn parse(text: &str) -> Result<Self, Reason> {
        if text.len() > limits::PASSWORD_BYTES_MAX {
            return Err(Reason::PasswordLong);
        }
        let same = text.nfkc().collect::<String>();
        if same.chars().count() < limits::PASSWORD_CHARS_MIN {
            return Err(Reason::PasswordShort);
        }
        Ok(Self(same))
    }
}

impl Passwords {
    pub fn new() -> Self {
        Self {
            places: Arc::new(Semaphore::new(AT_ONCE)),
            waiting: Arc::new(Semaphore::new(AT_ONCE + WAITING_MAX)),
        }
    }

    /// As it can be kept, with a salt of its own (Argon2id at 19 MiB, 2 passes: what OWASP's cheat sheet on storing passwords
    /// asks for at least).
    pub async fn hash(&self, password: Password) -> Result<Hashed, Busy> {
        let hash = move || {
            let hash = Argon2::default().hash_password(password.0.as_bytes());
            let hash: PasswordHash = hash.expect("the system has random numbers");
            Hashed(hash.to_string())
        };
        self.run(hash).await
    }

    /// Whether the password is the one of this hash. Where there is none it takes as long, and is not.
    pub async fn is_right(&self, password: Password, hash: Option<Hashed>) -> Result<bool, Busy> {
        let verify = move || {
            let hash = hash.as_ref().map_or(NOBODYS, |hash| &hash.0);
            PasswordHash::new(hash).is_ok_and(|hash| {
                let verified = Argon2::default().verify_password(password.0.as_bytes(), &hash);
                verified.is_ok()
            })
        };
        self.run(verify).await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let _waiting = self.waiting.try_acquire().map_err(|_| Busy)?;
        let place = self.places.clone().acquire_owned().await;
        let place = place.expect("the semaphore is never closed");
        let at_work = tokio::task::spawn_blocking(move || {
            // Kept to the end even if nobody waits any more: no more work at once than places.
            let _place = place;
            work()
        });
        Ok(at_work.await.expect("hashing does not panic"))
    }
}

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    fn password(text: &str) -> Password {
        Password::parse(text).expect("a password")
    }

    #[test]
    fn an_unfit_password_is_refused_with_its_reason() {
        let refused = |text: &str| Password::parse(text).err();
        assert_eq!(refused("1234567"), Some(Reason::PasswordShort));
        assert_eq!(refused(""), Some(Reason::PasswordShort));
        assert_eq!(refused(&"x".repeat(257)), Some(Reason::PasswordLong));
        assert_eq!(
            refused("密码密码密码密码"),
            None,
            "eight signs of any script"
        );
    }

    #[tokio::test]
    async fn only_the_right_password_is_right_however_its_signs_were_typed() {
        let passwords = Passwords::new();
        let hash = passwords.hash(password("Cafe\u{301} au lait")).await;
        let hash = Some(hash.expect("there is a place"));
        for (text, right) in [
            ("Café au lait", true),
            ("café au lait", false),
            ("Café au lait ", false),
        ] {
            let is_right = passwords.is_right(password(text), hash.clone()).await;
            assert_eq!(is_right, Ok(right), "{text:?}");
        }
        let again = passwords.hash(password("Café au lait")).await;
        assert_ne!(again.ok(), hash, "each has a salt of its own");
    }

    #[tokio::test]
    async fn where_there_is_no_password_none_is_right_and_it_takes_as_long() {
        let passwords = Passwords::new();
        let hash = passwords.hash(password("12345678")).await.expect("a place");
        let (mut known, mut unknown) = (u128::MAX, u128::MAX);
        for _ in 0..10 {
            let began = Instant::now();
            let wrong = passwords.is_right(password("87654321"), Some(hash.clone()));
            assert_eq!(wrong.await, Ok(false));
            known = known.min(began.elapsed().as_micros());
            let began = Instant::now();
            assert_eq!(
                passwords.is_right(password("87654321"), None).await,
                Ok(false)
            );
            unknown = unknown.min(began.elapsed().as_micros());
        }
        assert!(
            unknown * 4 > known && known * 4 > unknown,
            "{known} and {unknown} µs"
        );
    }

    #[tokio::test]
    async fn who_cannot_be_answered_soon_is_told_at_once() {
        let passwords = Passwords::new();
        let _all = passwords.waiting.acquire_many(66).await;
        assert_eq!(
            passwords.is_right(password("12345678"), None).await,
            Err(Busy)
        );
    }
}
