//! The programs' keys that were good a moment ago, so that of many requests not each asks the store.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::time::Instant;

use crate::store::{Error, Keys, ProgramKey, Token};

/// How long a key that was good is taken for good: so long after it was revoked, it is refused at the latest.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// Only good keys are in it, so it is as long as the operator's list of them at most.
#[derive(Default)]
pub struct Keyring {
    good: Mutex<HashMap<[u8; 32], Good>>,
}

struct Good {
    key: Arc<ProgramKey>,
    /// When it was asked for.
    since: Instant,
}

impl Keyring {
    /// Whose token this is, if it is good, or was a moment ago.
    pub async fn recognise(
        &self,
        keys: &dyn Keys,
        token: &Token,
    ) -> Result<Option<Arc<ProgramKey>>, Error> {
        let hash = token.hash();
        if let Some(good) = self.good().get(&hash).filter(|good| good.is_trusted()) {
            return Ok(Some(good.key.clone()));
        }
        let since = Instant::now();
        let found = keys.recognise(token).await?.map(Arc::new);
        let mut good = self.good();
        good.retain(|_, good| good.is_trusted());
        if let Some(key) = found.clone() {
            good.insert(hash, Good { key, since });
        }
        Ok(found)
    }

    fn good(&self) -> MutexGuard<'_, HashMap<[u8; 32], Good>> {
        self.good.lock().expect("no holder of the lock panics")
    }
}

impl Good {
    fn is_trusted(&self) -> bool {
        self.since.elapsed() < TRUSTED_FOR
    }
}

#[cfg(test)]
mod tests {
    use protocol::{Epoch, Name};

    use super::*;
    use crate::store::memory::Memory;
    use crate::store::{NewKey, Scope, random_id};

    #[tokio::test(start_paused = true)]
    async fn a_revoked_key_is_refused_a_second_later_at_the_latest() {
        let store = Memory::new(random_id::<8, Epoch>()).open();
        let name = Name::parse("Build").expect("a name");
        let new = NewKey {
            name: name.clone(),
            scopes: Scope::ALL.into(),
            rooms: None,
        };
        let token = store.keys.make(new).await.expect("made");
        let keyring = Keyring::default();
        let is_good = async || {
            let known = keyring.recognise(&*store.keys, &token).await;
            known.expect("an answer").is_some()
        };
        assert!(is_good().await);
        // However often it is used.
        for _ in 0..3 {
            tokio::time::advance(TRUSTED_FOR / 4).await;
            assert!(is_good().await);
        }
        assert!(store.keys.revoke(&name).await.expect("an answer"));
        tokio::time::advance(TRUSTED_FOR / 4).await;
        assert!(!is_good().await);
        let other = Token::random();
        let known = keyring.recognise(&*store.keys, &other).await;
        assert!(known.expect("an answer").is_none());
    }
}
