//! Which server of a cluster has which slot, as its nodes tell it.

use std::collections::{BTreeSet, HashMap};

/// A cluster's key space: fixed by its specification.
pub(crate) const SLOTS: usize = 16_384;

/// Host and port, as a connection needs them.
pub(crate) type Place = (String, u16);

/// The slot of a key or a channel: CRC-16/XMODEM of what stands in its first braces, or else of all of it, as the cluster
/// specification has it.
pub(crate) fn slot(key: &str) -> usize {
    let tag = key
        .split_once('{')
        .and_then(|(_, rest)| rest.split_once('}'));
    let hashed = tag.map_or(key, |(tag, _)| if tag.is_empty() { key } else { tag });
    let crc = hashed.bytes().fold(0_u16, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(byte) << 8), |crc, _| {
            let shifted = crc << 1;
            if crc & 0x8000 == 0 {
                shifted
            } else {
                shifted ^ 0x1021
            }
        })
    });
    usize::from(crc) % SLOTS
}

/// Who has which slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slots {
    /// Sorted; each has at least one slot.
    primaries: Vec<Place>,
    /// Of each slot, the place in `primaries`.
    owners: Vec<Option<u16>>,
}

impl Slots {
    /// From what several nodes answer to CLUSTER NODES, each with the place where it was asked. Where they differ, the claim of
    /// the highest configuration epoch holds, as among the nodes themselves: a primary that was frozen or cut off while its
    /// replica took over is not believed.
    pub(crate) fn agreed(views: &[(Place, String)]) -> Self {
        let mut claims: Vec<Option<(Rank, Place)>> = vec![None; SLOTS];
        for row in views.iter().flat_map(|(asked, view)| rows(view, asked)) {
            for slot in row.slots.iter().flat_map(|(from, to)| *from..=*to) {
                let Some(claim) = claims.get_mut(slot) else {
                    continue;
                };
                if claim.as_ref().is_none_or(|(rank, _)| row.rank > *rank) {
                    *claim = Some((row.rank, row.place.clone()));
                }
            }
        }
        let places = claims.iter().flatten().map(|(_, place)| place.clone());
        let primaries: Vec<Place> = places.collect::<BTreeSet<_>>().into_iter().collect();
        let numbers: HashMap<&Place, u16> = primaries.iter().zip(0..).collect();
        let number = |claim: &Option<(Rank, Place)>| {
            let (_, place) = claim.as_ref()?;
            numbers.get(place).copied()
        };
        let owners = claims.iter().map(number).collect();
        Self { primaries, owners }
    }

    pub(crate) fn owner(&self, key: &str) -> Option<&Place> {
        self.primaries.get(usize::from(self.owners[slot(key)]?))
    }

    pub(crate) fn primaries(&self) -> &[Place] {
        &self.primaries
    }

    /// How many slots somebody has.
    pub(crate) fn served(&self) -> usize {
        self.owners.iter().flatten().count()
    }
}

/// All nodes that somebody knows, whatever they are.
pub(crate) fn places(views: &[(Place, String)]) -> BTreeSet<Place> {
    let rows = views.iter().flat_map(|(asked, view)| rows(view, asked));
    rows.map(|row| row.place).collect()
}

/// The configuration epoch, then whether the node speaks of itself.
type Rank = (u64, bool);

struct Row {
    place: Place,
    rank: Rank,
    slots: Vec<(usize, usize)>,
}

fn rows<'a>(view: &'a str, asked: &'a Place) -> impl Iterator<Item = Row> + 'a {
    view.lines().filter_map(move |line| row(line, asked))
}

/// `id host:port@busport[,hostname…] flags primary ping pong epoch link slot… [moving slots]`
fn row(line: &str, asked: &Place) -> Option<Row> {
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    let [_, address, flags, _, _, _, epoch, _, slots @ ..] = &words[..] else {
        return None;
    };
    let has = |flag| flags.split(',').any(|word| word == flag);
    if has("noaddr") || has("handshake") {
        return None;
    }
    let (host, port) = address.split(['@', ',']).next()?.rsplit_once(':')?;
    // A node does not know its own address before another one has met it.
    let host = if host.is_empty() { &asked.0 } else { host };
    let range = |text: &&str| {
        let (from, to) = text.split_once('-').unwrap_or((text, text));
        Some((from.parse().ok()?, to.parse().ok()?))
    };
    Some(Row {
        place: (host.to_owned(), port.parse().ok()?),
        rank: (epoch.parse().ok()?, has("myself")),
        slots: slots.iter().filter_map(range).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What redis-server 7.0 answers to CLUSTER KEYSLOT.
    #[test]
    fn a_slot_is_what_the_server_says() {
        for (key, expected) in [
            ("", 0),
            ("123456789", 12_739),
            ("foo", 12_182),
            ("{foo}bar", 12_182),
            ("a{foo}{bar}", 12_182),
        ] {
            assert_eq!(slot(key), expected, "{key}");
        }
        assert_ne!(slot("{}foo"), slot(""));
    }

    fn at(host: &str) -> Place {
        (host.to_owned(), 7_000)
    }

    #[test]
    fn the_newest_claim_holds_whoever_is_asked_first() {
        let old = "a a:7000@17000 myself,master - 0 0 1 connected 0-16383\nb b:7000@17000 slave a 0 0 1 connected\n";
        let new = "a a:7000@17000 master,fail - 0 0 1 connected\nb b:7000@17000,name myself,master - 0 0 7 connected 0-100 101 102-16383 [5->-x]\n";
        let views = [(at("a"), old.to_owned()), (at("b"), new.to_owned())];
        for views in [views.clone(), [views[1].clone(), views[0].clone()]] {
            let slots = Slots::agreed(&views);
            assert_eq!(slots.owner("x"), Some(&at("b")));
            assert_eq!((slots.primaries().len(), slots.served()), (1, SLOTS));
            assert_eq!(places(&views).len(), 2);
        }
    }

    #[test]
    fn a_node_that_does_not_know_its_own_address_is_where_it_was_asked() {
        let view = "a :7000@17000 myself,master - 0 0 0 connected 0-16383\n";
        let slots = Slots::agreed(&[(at("here"), view.to_owned())]);
        assert_eq!(slots.owner("x"), Some(&at("here")));
    }

    #[test]
    fn what_nobody_has_is_known() {
        let view = "a ::1:7000@17000 myself,master - 0 0 1 connected 0-9 99999 x\nb :0@0 master,noaddr - 0 0 2 connected 0-9\n";
        let slots = Slots::agreed(&[(at("a"), view.to_owned())]);
        assert_eq!((slots.served(), slots.owner("foo")), (10, None));
        assert_eq!(slots.primaries(), [at("::1")]);
        assert_eq!(Slots::agreed(&[]).served(), 0);
    }
}
