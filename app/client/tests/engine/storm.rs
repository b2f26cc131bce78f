//! Frames lost, doubled and out of order, sockets cut, refusals, a log restored: whatever happened,
//! in the end the list is the log.

use std::collections::HashSet;
use std::sync::Arc;

use client::{Line, Link, Message, Sending};

use protocol::RoomId;

use crate::ann::person;
use crate::house::plans;
use crate::world::World;

const ROOMS: [fn() -> RoomId; 2] = [RoomId::lobby, plans];

impl World {
    /// Something happens, mostly something bad.
    fn storm(&mut self) {
        let ms = self.rng.u64(1..1_500);
        match self.rng.u32(0..100) {
            0..15 => self.pass(ms),
            15..35 => {
                let room = self.any_room();
                self.bob_posts_in(&room);
            }
            35..43 => self.ann_writes(),
            43..45 => {
                let room = self.any_room();
                self.ann_turns_to(&room);
            }
            45..50 => self.ann_scrolls_up(),
            50..53 => self.cut(),
            53..60 => self.open(),
            60..66 => self.lose_frame(),
            66..72 => self.double_frame(),
            72..78 => self.swap_frames(),
            _ => self.deliver(),
        }
        self.settle();
        self.check();
    }

    fn any_room(&mut self) -> RoomId {
        ROOMS[self.rng.usize(0..2)]()
    }

    /// All is well from now on: in each room nothing is left to happen, and the list is the log.
    fn calm(&mut self) {
        // A frame lost at the very end shows by the next one.
        ROOMS.iter().for_each(|room| self.bob_posts_in(&room()));
        for room in [RoomId::lobby, plans, RoomId::lobby] {
            self.ann_turns_to(&room());
            self.comes_to_rest();
            self.check_whole();
        }
    }

    fn comes_to_rest(&mut self) {
        let mut quiet = 0;
        for _ in 0..4_000 {
            self.open();
            while !self.wire.is_empty() {
                self.deliver();
                self.settle();
            }
            self.pass(250);
            self.check();
            let is_quiet = self.ann.engine.link() == Link::Live && self.ann.kept.is_empty();
            quiet = if is_quiet { quiet + 1 } else { 0 };
            // Longer than any gap may stay known and not be asked for.
            if quiet > 40 {
                break;
            }
        }
        assert_eq!(self.ann.engine.link(), Link::Live);
        for _ in 0..self.here().len() {
            self.ann_scrolls_up();
            self.pass(250);
        }
    }

    fn messages(&self) -> Vec<Arc<Message>> {
        let lines = self.ann.engine.lines().into_iter();
        lines
            .filter_map(|line| match line {
                Line::Message(message) => Some(message),
                Line::Notice(_) | Line::Fact(_) => None,
            })
            .collect()
    }

    /// What holds at every moment: no line twice, in order, each sent one as the log has it.
    fn check(&self) {
        let lines = self.ann.engine.lines();
        let keys: HashSet<_> = lines.iter().map(Line::key).collect();
        assert_eq!(
            keys.len(),
            lines.len(),
            "a line is shown twice: {:?}",
            self.ann.list()
        );
        if self.heard_epoch != self.epoch {
            return;
        }
        let mut last = 0;
        for message in self.messages() {
            if let Some(seq) = message.seq {
                assert!(seq > last, "out of order: {:?}", self.ann.list());
                last = seq;
                let entry = &self.here()[seq as usize - 1];
                assert_eq!((&entry.cid, &entry.body), (&message.cid, &message.body));
            }
        }
    }

    /// What holds in the end: the list is the log.
    fn check_whole(&self) {
        let shown: Vec<_> = self.messages();
        assert!(
            shown.iter().all(|message| message.state == Sending::Sent),
            "{:?}",
            self.ann.list()
        );
        let shown: Vec<String> = shown
            .iter()
            .map(|message| message.cid.to_string())
            .collect();
        let logged: Vec<String> = self
            .here()
            .iter()
            .map(|entry| entry.cid.to_string())
            .collect();
        assert_eq!(shown, logged);
        assert_eq!(self.ann.kept, []);
    }
}

fn weather(seeds: std::ops::Range<u64>, with_restores: bool) {
    for seed in seeds {
        let mut world = World::new(seed);
        for step in 0..400 {
            world.storm();
            if with_restores && step % 150 == 149 {
                world.restore();
            }
        }
        world.calm();
        if !with_restores {
            for room in ROOMS.map(|room| room()) {
                let log = world.log(&room).iter();
                let mine = log.filter(|entry| entry.sender == person("Ann").id);
                let mine: Vec<String> = mine.map(|entry| entry.cid.to_string()).collect();
                let here = |(written, _): &&(RoomId, String)| *written == room;
                let written = world.written.iter().filter(here);
                let written: Vec<String> = written.map(|(_, cid)| cid.clone()).collect();
                assert_eq!(
                    mine, written,
                    "seed {seed}: each once, in the order written"
                );
            }
        }
    }
}

#[test]
fn after_a_storm_the_list_is_the_log_and_each_message_is_in_it_once_in_order() {
    weather(0..100, false);
}

#[test]
fn after_restores_the_list_is_the_log() {
    weather(1_000..1_050, true);
}
