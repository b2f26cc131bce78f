//! The rooms of a run, made through the front door, and who comes and goes in them.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use fastrand::Rng;
use protocol::{RoomId, UserId};
use tokio::time::sleep;

use crate::log::Log;
use crate::visitor::Visitor;

/// Private rooms; each has a part of the people, the first of whom made it.
const PRIVATE: usize = 3;

/// Between two of those who come and go.
const EVERY: Duration = Duration::from_millis(150);

/// Before another node is asked.
const AGAIN_AFTER: Duration = Duration::from_millis(100);

/// Somebody of the run.
#[derive(Clone)]
pub struct Resident {
    pub visitor: Visitor,
    pub user: UserId,
    pub name: String,
}

/// The rooms in which people come and go while they talk. Rooms of two stay as they are.
pub struct Rooms {
    nodes: Vec<String>,
    people: Vec<Resident>,
    garden: RoomId,
    /// Each with its maker.
    private: Vec<(RoomId, usize)>,
    /// Who is in which of them, as it was answered last.
    is_in: BTreeMap<(RoomId, usize), bool>,
    rng: Rng,
    moves: u64,
}

impl Rooms {
    /// Makes a public room, private ones and rooms of two, with their people in them.
    pub async fn make(nodes: &[String], people: Vec<Resident>, seed: u64) -> anyhow::Result<Self> {
        let mut rooms = Self {
            nodes: nodes.to_vec(),
            garden: people[0]
                .visitor
                .makes(&nodes[0], "public", "Garden")
                .await?,
            people,
            private: Vec::new(),
            is_in: BTreeMap::new(),
            rng: Rng::with_seed(seed),
            moves: 0,
        };
        let count = rooms.people.len();
        for who in (2..count).step_by(2) {
            rooms.change(&rooms.garden.clone(), who, true).await?;
        }
        for nth in 0..PRIVATE.min(count / 2) {
            let part = count / PRIVATE.min(count / 2);
            let maker = nth * part;
            let name = format!("Plans {nth}");
            let visitor = &rooms.people[maker].visitor;
            let room = visitor.makes(&rooms.nodes[0], "private", &name).await?;
            rooms.private.push((room.clone(), maker));
            for who in maker + 1..maker + part {
                rooms.change(&room, who, true).await?;
            }
        }
        for pair in rooms.people.chunks_exact(2) {
            let user = [("user", pair[1].user.as_str())];
            let visitor = &pair[0].visitor;
            let status = visitor.submit(&rooms.nodes[0], "/talk", &user).await?.0;
            ensure!(status == 303, "no room of two: {status}");
        }
        Ok(rooms)
    }

    /// People come and go, one after the other, until it is ended.
    pub async fn move_on(&mut self, is_over: impl Fn() -> bool) -> anyhow::Result<()> {
        while !is_over() {
            let room = self.rng.usize(0..=self.private.len());
            let (room, makers) = match self.private.get(room) {
                Some((room, maker)) => (room.clone(), *maker),
                None => (self.garden.clone(), 0),
            };
            let who = self.rng.usize(0..self.people.len());
            if who != makers {
                let is_in = self.is_in.get(&(room.clone(), who)) == Some(&true);
                self.change(&room, who, !is_in).await?;
                self.moves += 1;
            }
            sleep(EVERY).await;
        }
        Ok(())
    }

    /// How many came and went.
    pub fn moves(&self) -> u64 {
        self.moves
    }

    /// Whether those are in the rooms who were answered to be. The error tells who is not.
    pub fn check(&self, log: &Log) -> anyhow::Result<()> {
        for (who, person) in self.people.iter().enumerate() {
            let sights = log.sights(&person.user)?;
            for ((room, _), answered) in self.is_in.iter().filter(|((_, of), _)| *of == who) {
                let is_in = sights.get(room).is_some_and(|sight| sight.is_in);
                ensure!(
                    is_in == *answered,
                    "{} was answered to be in {room}: {answered}, and it is {is_in}",
                    person.name
                );
            }
        }
        Ok(())
    }

    /// Has somebody come in or go, at whichever node answers; the form is the same for all of them.
    async fn change(&mut self, room: &RoomId, who: usize, is_in: bool) -> anyhow::Result<()> {
        let (cid, whom) = (format!("move-{}", self.rng.u64(..)), &self.people[who]);
        let maker = self.private.iter().find(|(private, _)| private == room);
        let by = maker.map_or(who, |(_, maker)| *maker);
        let (verb, field) = match (maker.is_some(), is_in) {
            (false, true) => ("join", ("cid", cid.as_str())),
            (false, false) => ("leave", ("cid", cid.as_str())),
            (true, true) => ("invite", ("name", whom.name.as_str())),
            (true, false) => ("remove", ("user", whom.user.as_str())),
        };
        let (path, form) = (
            format!("/rooms/{room}/{verb}"),
            [("cid", cid.as_str()), field],
        );
        let form = &form[usize::from(field.0 == "cid")..];
        let visitor = self.people[by].visitor.clone();
        loop {
            let node = &self.nodes[self.rng.usize(0..self.nodes.len())];
            match visitor.submit(node, &path, form).await {
                Ok((303, _)) => break,
                Ok((status, _)) if status < 500 => {
                    anyhow::bail!("{path} for {} is answered {status}", whom.name)
                }
                Ok(_) | Err(_) => sleep(AGAIN_AFTER).await,
            }
        }
        self.is_in.insert((room.clone(), who), is_in);
        Ok(())
    }
}

/// The room that the answer to a form leads to.
pub fn led_to(location: &str) -> anyhow::Result<RoomId> {
    let room = location.strip_prefix("/rooms/");
    let room = room.with_context(|| format!("no room, but {location:?}"))?;
    Ok(room.parse()?)
}
