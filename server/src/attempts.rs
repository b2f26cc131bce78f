//! How often a password may be tried.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use protocol::Name;

use crate::rate::Rate;
use crate::store::name::fold;

/// Wrong passwords for one name, at once and then one each so often: somebody who has forgotten which one it was gets along, who
/// guesses has some thousands a day.
const OF_NAME: (u32, Duration) = (10, Duration::from_secs(10));

/// Those from one address, whatever the name: several people may share it.
const FROM_ADDRESS: (u32, Duration) = (30, Duration::from_secs(2));

/// What this node remembers of wrong passwords.
pub struct Attempts {
    names: Rate<String>,
    addresses: Rate<IpAddr>,
}

impl Attempts {
    pub fn new() -> Self {
        Self {
            names: Rate::every(OF_NAME.1, OF_NAME.0),
            addresses: Rate::every(FROM_ADDRESS.1, FROM_ADDRESS.0),
        }
    }

    /// Counts an attempt, or tells after what time there may be one.
    pub fn begin(&self, name: &Name, from: IpAddr) -> Result<(), Duration> {
        let from = network(from);
        self.addresses.take(from)?;
        self.names
            .take(fold(name))
            .inspect_err(|_| self.addresses.give_back(&from))
    }

    /// The password was right: the attempt does not count.
    pub fn forgive(&self, name: &Name, from: IpAddr) {
        self.addresses.give_back(&network(from));
        self.names.give_back(&fold(name));
    }
}

impl Default for Attempts {
    fn default() -> Self {
        Self::new()
    }
}

/// Whoever has one address of IPv6 has all those of its /64.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
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

    #[tokio::test(start_paused = true)]
    async fn who_guesses_for_one_name_is_slowed_wherever_they_are() {
        let attempts = Attempts::new();
        for nth in 0..10 {
            let from = address(&format!("192.0.2.{nth}"));
            assert_eq!(attempts.begin(&name("Ann"), from), Ok(()));
        }
        let from = address("192.0.2.77");
        let wait = attempts.begin(&name("ANN"), from);
        assert_eq!(wait, Err(Duration::from_secs(10)));
        assert_eq!(attempts.begin(&name("Bob"), from), Ok(()));
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!(attempts.begin(&name("Ann"), from), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn who_guesses_from_one_address_is_slowed_whatever_the_name() {
        let attempts = Attempts::new();
        let guess = |nth: u64, from: &str| attempts.begin(&name(&format!("n{nth}")), address(from));
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
            assert_eq!(attempts.begin(&name("Ann"), from), Ok(()));
            attempts.forgive(&name("Ann"), from);
        }
    }
}
