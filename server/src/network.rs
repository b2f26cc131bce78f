//! Which addresses are of one place.

use std::net::{IpAddr, Ipv6Addr};

/// Whoever has one address of IPv6 has all those of its /64.
pub fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
    }
}
