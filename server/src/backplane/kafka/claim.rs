//! Which log's cluster a topic belongs to. Nodes tell their log's epoch again and again; as everybody reads these claims in the
//! order they stand in the topic, everybody comes to the same end.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::backplane::Member;

/// How long a claim counts without its renewal, by the clocks of the nodes.
pub(super) const CLAIM_LIFE: Duration = Duration::from_secs(15);

/// A record: `epoch node former at`, `-` for no former epoch, the time in milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claim {
    epoch: String,
    node: String,
    /// The epoch whose claim is taken over.
    former: Option<String>,
    at_ms: u64,
}

impl Claim {
    pub(super) fn of(member: &Member) -> Self {
        Self {
            epoch: member.epoch.to_string(),
            node: member.node.to_string(),
            former: member.former.as_ref().map(ToString::to_string),
            at_ms: now_ms(),
        }
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            epoch, node, at_ms, ..
        } = self;
        let former = self.former.as_deref().unwrap_or("-");
        write!(f, "{epoch} {node} {former} {at_ms}")
    }
}

impl FromStr for Claim {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let parts: Vec<&str> = text.split(' ').collect();
        let [epoch, node, former, at_ms] = parts[..] else {
            return Err(());
        };
        Ok(Self {
            epoch: epoch.to_owned(),
            node: node.to_owned(),
            former: (former != "-").then(|| former.to_owned()),
            at_ms: at_ms.parse().map_err(|_| ())?,
        })
    }
}

/// What the claims read so far come to.
#[derive(Debug, Default)]
pub(super) struct Holder(Option<Claim>);

impl Holder {
    /// The next claim in the topic. It counts if nobody holds the topic, or its own log does.
    fn take(&mut self, claim: Claim) {
        let counts = self.0.as_ref().is_none_or(|held| {
            held.epoch == claim.epoch
                || claim.former.as_ref() == Some(&held.epoch)
                || claim.at_ms.saturating_sub(held.at_ms) > life_ms()
        });
        if counts {
            self.0 = Some(claim);
        }
    }

    /// The epoch that holds the topic, if it is not the member's and cannot be taken over by it.
    pub(super) fn other(&self, member: &Member) -> Option<String> {
        let held = self.0.as_ref()?;
        let is_ours = held.epoch == member.epoch.as_str();
        let is_former = member.former.as_ref().map(|former| former.as_str()) == Some(&held.epoch);
        let is_over = now_ms().saturating_sub(held.at_ms) > life_ms();
        (!is_ours && !is_former && !is_over).then(|| held.epoch.clone())
    }

    /// A claim that was written earlier. What is no claim is none.
    pub(super) fn read(&mut self, claim: Option<&[u8]>) {
        if let Some(claim) = parse(claim) {
            self.take(claim);
        }
    }

    /// A claim that was just written: when, our own clock tells best.
    pub(super) fn hear(&mut self, claim: Option<&[u8]>) {
        if let Some(claim) = parse(claim) {
            let at_ms = now_ms();
            self.take(Claim { at_ms, ..claim });
        }
    }

    /// Whether the member's log holds the topic by the last claim that counted; else the epoch of the one that does.
    pub(super) fn is_ours(&self, member: &Member) -> Result<(), String> {
        match &self.0 {
            Some(held) if held.epoch != member.epoch.as_str() => Err(held.epoch.clone()),
            _ => Ok(()),
        }
    }
}

fn parse(claim: Option<&[u8]>) -> Option<Claim> {
    std::str::from_utf8(claim?).ok()?.parse().ok()
}

fn life_ms() -> u64 {
    CLAIM_LIFE.as_secs() * 1_000
}

pub(super) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::Key;

    fn member(epoch: &str, former: Option<&str>) -> Member {
        let id = |text: &str| text.parse().expect("an id");
        Member {
            node: "n1".parse().expect("an id"),
            epoch: id(epoch),
            former: former.map(id),
            key: Key::new([7; 32]),
            prefix: "test:".to_owned(),
        }
    }

    /// Who holds the topic after these claims, each the epoch, the former one and how many seconds ago.
    fn holder(claims: &[(&str, Option<&str>, u64)]) -> Holder {
        let mut holder = Holder::default();
        for (epoch, former, secs) in claims {
            let mut claim = Claim::of(&member(epoch, *former));
            claim.at_ms -= secs * 1_000;
            holder.read(Some(claim.to_string().as_bytes()));
        }
        holder
    }

    #[test]
    fn the_first_log_holds_the_topic_while_it_claims_it() {
        let ours = member("e2", None);
        for (claims, other) in [
            (&[][..], None),
            (&[("e1", None, 3)], Some("e1")),
            (&[("e1", None, 16)], None),
            (&[("e1", None, 3), ("e2", None, 2)], Some("e1")),
            (&[("e1", None, 20), ("e2", None, 2)], None),
            (&[("e1", None, 22), ("e2", None, 6), ("e1", None, 4)], None),
            (
                &[("e1", None, 20), ("e2", None, 6), ("e1", None, 4)],
                Some("e1"),
            ),
            (&[("e2", None, 14)], None),
        ] {
            let found = holder(claims).other(&ours);
            assert_eq!(found.as_deref(), other, "{claims:?}");
        }
    }

    #[test]
    fn a_log_that_was_put_back_takes_over_from_its_former_self() {
        let restored = member("e2", Some("e1"));
        let held = holder(&[("e1", None, 3)]);
        assert_eq!(held.other(&restored), None);
        let held = holder(&[("e1", None, 3), ("e2", Some("e1"), 1), ("e1", None, 0)]);
        assert_eq!(held.is_ours(&restored), Ok(()));
        assert_eq!(held.is_ours(&member("e1", None)), Err("e2".to_owned()));
    }

    #[test]
    fn a_wrong_clock_takes_nothing_over() {
        let ours = member("e1", None);
        let mut holder = holder(&[("e1", None, 3)]);
        let mut ahead = Claim::of(&member("e2", None));
        ahead.at_ms += 3_600_000;
        holder.hear(Some(ahead.to_string().as_bytes()));
        assert_eq!(holder.is_ours(&ours), Ok(()));
    }

    #[test]
    fn what_is_no_claim_is_none() {
        let mut holder = Holder::default();
        for junk in [
            None,
            Some(&b""[..]),
            Some(b"e1 n1 - x"),
            Some(b"e1 n1"),
            Some(b"\xff"),
        ] {
            holder.read(junk);
        }
        assert_eq!(holder.other(&member("e2", None)), None);
    }
}
