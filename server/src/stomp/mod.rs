//! Clients that speak STOMP: their frames become commands of a session, and what it tells becomes theirs.

mod beats;
mod body;
mod client;
mod connecting;
mod destination;
mod end;
mod frame;
mod inside;
mod leaving;
mod outside;
mod polled;
mod present;
mod reader;
mod refusal;
mod saying;
mod subscribing;
mod telling;

use std::net::IpAddr;
use std::sync::Arc;

use metrics::gauge;
use protocol::Close;

use self::client::Client;
pub use self::outside::Outside;
pub use self::polled::{Guard, Length, Polled, Refused};
use crate::measure::STOMP;
use crate::node::Node;
use crate::store::Token;

/// A connection before its CONNECT.
pub struct Arrival {
    pub node: Arc<Node>,
    pub outside: Outside,
    /// The cookie's token, if the browser had one for this host.
    pub cookie: Option<Token>,
    pub from: IpAddr,
    /// Its place, where it is a request after the other.
    pub guard: Option<Guard>,
}

/// Runs a connection from its first frame to its close.
pub async fn run(arrival: Arrival) {
    let Arrival {
        node,
        outside,
        cookie,
        from,
        guard,
    } = arrival;
    let admission = node.admission.clone();
    let mut client = Client::new(node, outside, cookie, from);
    gauge!(STOMP).increment(1);
    let end = client.talk(&admission).await;
    // Who is turned away is told so at once, or not at all: a storm's clients take no more room than those who wait.
    let guard = guard.filter(|_| end.close != Close::Overload);
    Box::pin(client.ends(end)).await;
    if let Some(guard) = guard {
        guard.ends().await;
    }
    gauge!(STOMP).decrement(1);
}
