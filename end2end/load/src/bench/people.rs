//! The people of a scene: signed in, and in their rooms, through the front door.

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::subject::Scene;
use crate::rooms::led_to;
use crate::visitor::{Visitor, http};

/// Who join at the same time.
const AT_ONCE: usize = 32;

/// Which rooms there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Places {
    /// One for all.
    One,
    /// So many, each with its part of the people.
    Rooms(usize),
    /// One for each two.
    Pairs,
}

pub struct People {
    pub rooms: Vec<String>,
    /// Each one's cookie, and which of the rooms is theirs.
    pub seats: Vec<(String, usize)>,
}

impl People {
    /// Everybody where nobody asks who they are.
    pub fn nobody(scene: &Scene) -> Self {
        let count = scene.places.count(scene.people);
        // As long as a Confab's.
        let rooms = (0..count).map(|nth| format!("room-of-the-floor-{nth:06}"));
        let seat = |nth| (String::new(), scene.places.of(nth));
        Self {
            rooms: rooms.collect(),
            seats: (0..scene.people).map(seat).collect(),
        }
    }

    /// Signs everybody in at this node, and lets them into their rooms.
    pub async fn join(node: &str, scene: &Scene) -> anyhow::Result<Self> {
        let http = http();
        let sign_in = |nth: usize| {
            let http = http.clone();
            async move { Visitor::join(&http, node, &format!("Light {nth:04}")).await }
        };
        let visitors = stream::iter(0..scene.people).map(sign_in);
        let visitors: Vec<Visitor> = visitors.buffered(AT_ONCE).try_collect().await?;
        let count = scene.places.count(scene.people);
        let make = |nth: usize| make(scene.places, &visitors, nth, node);
        let rooms = stream::iter(0..count).map(make).buffered(AT_ONCE);
        let rooms: Vec<String> = rooms.try_collect().await?;
        if let Places::Rooms(_) = scene.places {
            // Who made it is in it.
            let others = (count..scene.people).map(|nth| {
                let (visitor, room) = (&visitors[nth], &rooms[scene.places.of(nth)]);
                enter(visitor, node, room, nth)
            });
            let entered = stream::iter(others).buffer_unordered(AT_ONCE);
            entered.try_collect::<Vec<()>>().await?;
        }
        let seat =
            |(nth, visitor): (usize, &Visitor)| (visitor.cookie().to_owned(), scene.places.of(nth));
        Ok(Self {
            seats: visitors.iter().enumerate().map(seat).collect(),
            rooms,
        })
    }
}

impl Places {
    fn count(self, people: usize) -> usize {
        match self {
            Self::One => 1,
            Self::Rooms(count) => count,
            Self::Pairs => people / 2,
        }
    }

    /// The room of somebody.
    fn of(self, nth: usize) -> usize {
        match self {
            Self::One => 0,
            Self::Rooms(count) => nth % count,
            Self::Pairs => nth / 2,
        }
    }
}

/// Makes a room; the lobby is there already, with everybody in it.
async fn make(
    places: Places,
    visitors: &[Visitor],
    nth: usize,
    node: &str,
) -> anyhow::Result<String> {
    match places {
        Places::One => Ok("lobby".to_owned()),
        Places::Rooms(_) => {
            let name = format!("Room {nth}");
            let room = visitors[nth].makes(node, "public", &name).await?;
            Ok(room.to_string())
        }
        Places::Pairs => {
            let [one, other] = [&visitors[2 * nth], &visitors[2 * nth + 1]];
            let other = other.load(node, 0).await?.me.id;
            let form = [("user", other.as_str())];
            let (_, location) = one.submit(node, "/talk", &form).await?;
            Ok(led_to(&location)?.to_string())
        }
    }
}

pub async fn enter(visitor: &Visitor, node: &str, room: &str, nth: usize) -> anyhow::Result<()> {
    let cid = format!("enter-{nth}");
    let path = format!("/rooms/{room}/join");
    let (status, _) = visitor.submit(node, &path, &[("cid", &cid)]).await?;
    anyhow::ensure!(status == 303, "somebody may not enter {room}: {status}");
    Ok(())
}
