//! How often a password may be tried.

use std::net::IpAddr;
use std::time::Duration;

use protocol::Name;

use crate::network::network;
use crate::rate::Rate;
use crate::store::name::fold;

/// Wrong passwords for one name from one network, at once and then one each so often: somebody who has forgotten which one it was
/// gets along, who guesses has some thousands a day.
const OF_NAME_FROM_NETWORK: (u32, Duration) = (10, Duration::from_secs(10));

/// Those for one name from anywhere: whoever keeps it so busy that its owner must wait needs several networks.
const OF_NAME: (u32, Duration) = (100, Duration::from_secs(2));

/// Those from one network, whatever the name, and as many passwords to keep: several people may share it, yet it cannot take all
/// the places where passwords are hashed.
const FROM_NETWORK: (u32, Duration) = (30, Duration::from_secs(2));

/// What this node remembers of passwords that were tried, or are to be kept.
pub struct Attempts {
    names_here: Rate<(String, IpAddr)>,
    names: Rate<String>,
    networks: Rate<IpAddr>,
    kept: Rate<IpAddr>,
}

impl Attempts {
    pub fn new() -> Self {
        Self {
            names_here: Rate::every(OF_NAME_FROM_NETWORK.1, OF_NAME_FROM_NETWORK.0),
            names: Rate::every(OF_NAME.1, OF_NAME.0),
            networks: Rate::every(FROM_NETWORK.1, FROM_NETWORK.0),
            kept: Rate::every(FROM_NETWORK.1, FROM_NETWORK.0),
        }
    }

    /// Counts an attempt, or tells after what time there may be one. None is the name of who is signed in under it: strangers
    /// who try it are not in their way.
    pub fn begin(&self, name: Option<&Name>, from: IpAddr) -> Result<(), Duration> {
        let from = network(from);
        self.networks.take(from)?;
        let Some(name) = name.map(fold) else {
            return Ok(());
        };
        let here = (name, from);
        let taken = self.names_here.take(here.clone()).and_then(|()| {
            let taken = self.names.take(here.0.clone());
            taken.inspect_err(|_| self.names_here.give_back(&here))
        });
        taken.inspect_err(|_| self.networks.give_back(&from))
    }

    /// The password was right: the attempt does not count.
    pub fn forgive(&self, name: Option<&Name>, from: IpAddr) {
        let from = network(from);
        self.networks.give_back(&from);
        if let Some(name) = name.map(fold) {
            self.names.give_back(&name);
            self.names_here.give_back(&(name, from));
        }
    }

    /// Counts a password that is to be kept, or tells after what time there may be one.
    pub fn keep(&self, from: IpAddr) -> Result<(), Duration> {
        self.kept.take(network(from))
    }
}

impl Default for Attempts {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::parse(text).expect("a name")
    }

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn tries(attempts: &Attempts, text: &str, from: &str) -> Result<(), Duration> {
        attempts.begin(Some(&name(text)), address(from))
    }

    #[tokio::test(start_paused = true)]
    async fn who_guesses_for_one_name_is_slowed_and_in_nobodys_way() {
        let attempts = Attempts::new();
        let (here, there) = ("192.0.2.1", "192.0.2.2");
        for _ in 0..10 {
            assert_eq!(tries(&attempts, "Ann", here), Ok(()));
        }
        let wait = Err(Duration::from_secs(10));
        assert_eq!(tries(&attempts, "ANN", here), wait);
        assert_eq!(tries(&attempts, "Bob", here), Ok(()));
        assert_eq!(tries(&attempts, "Ann", there), Ok(()), "she is elsewhere");
        let owner = attempts.begin(None, address(here));
        assert_eq!(owner, Ok(()), "who is signed in under it");
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!(tries(&attempts, "Ann", here), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn many_who_guess_for_one_name_are_slowed_wherever_they_are() {
        let attempts = Attempts::new();
        for nth in 0..100 {
            assert_eq!(tries(&attempts, "Ann", &format!("192.0.2.{nth}")), Ok(()));
        }
        let wait = Err(Duration::from_secs(2));
        for _ in 0..20 {
            assert_eq!(tries(&attempts, "Ann", "192.0.2.200"), wait);
        }
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(tries(&attempts, "Ann", "192.0.2.200"), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn passwords_to_keep_are_counted_apart() {
        let attempts = Attempts::new();
        let from = address("192.0.2.1");
        for _ in 0..30 {
            assert_eq!(attempts.keep(from), Ok(()));
        }
        assert_eq!(attempts.keep(from), Err(Duration::from_secs(2)));
        assert_eq!(attempts.keep(address("192.0.2.2")), Ok(()));
        assert_eq!(tries(&attempts, "Ann", "192.0.2.1"), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn who_guesses_from_one_address_is_slowed_whatever_the_name() {
        let attempts = Attempts::new();
        let guess = |nth: u64, from: &str| tries(&attempts, &format!("n{nth}"), from);
        for nth in 0..30 {
            assert_eq!(guess(nth, "2001:db8::1"), Ok(()));
        }
        let wait = Err(Duration::from_secs(2));
        assert_eq!(guess(30, "2001:db8::2"), wait, "the same network");
        assert_eq!(guess(30, "2001:db8:0:1::2"), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_right_password_is_no_guess() {
        let attempts = Attempts::new();
        let from = address("192.0.2.1");
        for _ in 0..100 {
            for name in [Some(&name("Ann")), None] {
                assert_eq!(attempts.begin(name, from), Ok(()));
                attempts.forgive(name, from);
            }
        }
    }
}
