//! Pages, resumes, what stands beside them and new entries in any order, read sooner or later: the messages are the same.

use std::collections::BTreeMap;

use client::{Line, Message, Start};
use fastrand::Rng;
use protocol::{Entry, Event, Kind, Page, RoomId, Target};

use crate::ann::{A, Ann, entry, id, start};

const WRITERS: [&str; 3] = ["Ann", "Bob", "Cyd"];
const EMOJI: [&str; 2] = ["👍", "🎉"];

/// A log with changes, as a node serves it.
struct Log {
    entries: Vec<Entry>,
}

/// A message in the end: its text, and who set which emoji.
type Truth = BTreeMap<u64, (String, BTreeMap<String, Vec<String>>)>;

impl Log {
    fn new(rng: &mut Rng) -> Self {
        let mut log = Self { entries: vec![] };
        for seq in 1..=rng.u64(20..90) {
            let who = WRITERS[rng.usize(0..WRITERS.len())];
            let made = match log.any_message(rng, seq - 1) {
                Some((target, sender)) if rng.u32(0..10) < 5 => {
                    let emoji = EMOJI[rng.usize(0..EMOJI.len())];
                    let (who, kind, body) = match rng.u32(0..10) {
                        0..4 => (who, Kind::Reacted, emoji.to_owned()),
                        4..6 => (who, Kind::Unreacted, emoji.to_owned()),
                        6..9 => (sender.as_str(), Kind::Edited, format!("edit {seq}")),
                        _ => (sender.as_str(), Kind::Deleted, String::new()),
                    };
                    Entry {
                        kind,
                        target: Some(Target::message(target)),
                        ..entry(seq, who, &format!("c{seq}"), &body)
                    }
                }
                answered => {
                    let answered = answered.filter(|_| rng.bool());
                    Entry {
                        target: answered.map(|(seq, _)| Target::message(seq)),
                        ..entry(seq, who, &format!("c{seq}"), &format!("text {seq}"))
                    }
                }
            };
            log.entries.push(made);
        }
        log
    }

    fn top(&self) -> u64 {
        self.entries.len() as u64
    }

    /// A message that stands, and who wrote it.
    fn any_message(&self, rng: &mut Rng, top: u64) -> Option<(u64, String)> {
        let stands =
            |entry: &&Entry| entry.kind == Kind::Posted && !self.is_taken_back(entry.seq, top);
        let standing: Vec<&Entry> = self.entries.iter().filter(stands).collect();
        let entry = rng.choice(standing)?;
        Some((entry.seq, entry.name.to_string()))
    }

    fn is_taken_back(&self, seq: u64, as_of: u64) -> bool {
        self.changes(seq, as_of)
            .any(|entry| entry.kind == Kind::Deleted)
    }

    fn changes(&self, target: u64, as_of: u64) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| {
            let is_its = entry.target.as_ref().and_then(Target::seq) == Some(target);
            entry.seq <= as_of && is_its && entry.kind.is_change()
        })
    }

    /// The entry as it stands in the log that goes up to here.
    fn read(&self, seq: u64, as_of: u64) -> Entry {
        let mut entry = self.entries[seq as usize - 1].clone();
        let message = match entry.kind {
            Kind::Posted => seq,
            Kind::Edited => entry
                .target
                .as_ref()
                .and_then(Target::seq)
                .expect("a target"),
            _ => return entry,
        };
        if self.is_taken_back(message, as_of) {
            entry.body.clear();
        }
        entry
    }

    fn run(&self, seqs: std::ops::RangeInclusive<u64>, as_of: u64) -> Vec<Entry> {
        seqs.map(|seq| self.read(seq, as_of)).collect()
    }

    /// What belongs to a run and stands outside it.
    fn aside(&self, run: &[Entry], as_of: u64) -> Vec<Entry> {
        let Some(last) = run.last().map(|entry| entry.seq) else {
            return vec![];
        };
        let first = run[0].seq;
        let mut aside = BTreeMap::new();
        for entry in run.iter().filter(|entry| entry.kind == Kind::Posted) {
            let later = self
                .changes(entry.seq, as_of)
                .filter(|change| change.seq > last);
            for change in later {
                aside.insert(change.seq, self.read(change.seq, as_of));
            }
            if let Some(answered) = entry.target.as_ref().and_then(Target::seq)
                && answered < first
            {
                aside.insert(answered, self.read(answered, as_of));
            }
        }
        aside.into_values().collect()
    }

    fn truth(&self) -> Truth {
        let posted = self
            .entries
            .iter()
            .filter(|entry| entry.kind == Kind::Posted);
        posted
            .map(|entry| (entry.seq, self.truth_of(entry)))
            .collect()
    }

    fn truth_of(&self, posted: &Entry) -> (String, BTreeMap<String, Vec<String>>) {
        let (mut text, mut marks) = (posted.body.clone(), vec![]);
        for change in self.changes(posted.seq, self.top()) {
            let mark = (change.body.clone(), change.name.to_string());
            match change.kind {
                Kind::Edited => text.clone_from(&change.body),
                Kind::Deleted => return (String::new(), BTreeMap::new()),
                kind => {
                    marks.retain(|known| *known != mark);
                    if kind == Kind::Reacted {
                        marks.push(mark);
                    }
                }
            }
        }
        let mut reactions: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (emoji, who) in marks {
            reactions.entry(emoji).or_default().push(who);
        }
        (text, reactions)
    }
}

fn shown(message: &Message) -> (String, BTreeMap<String, Vec<String>>) {
    let reactions = message.reactions.iter().map(|reaction| {
        let people = reaction.people.iter().map(|person| person.name.to_string());
        (reaction.emoji.clone(), people.collect())
    });
    (message.body.clone(), reactions.collect())
}

fn messages(ann: &Ann) -> Vec<std::sync::Arc<Message>> {
    let lines = ann.engine.lines().into_iter();
    lines
        .filter_map(|line| match line {
            Line::Message(message) => Some(message),
            _ => None,
        })
        .collect()
}

/// A log, and Ann who has it up to `last`.
struct Reading {
    rng: Rng,
    log: Log,
    ann: Ann,
    last: u64,
}

impl Reading {
    fn begin(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let log = Log::new(&mut rng);
        let last = rng.u64(1..=log.top());
        let first = last.saturating_sub(rng.u64(0..12)).max(1);
        let entries = log.run(first..=last, last);
        let mut ann = Ann::arrives_with(Start {
            aside: log.aside(&entries, last),
            ..start(entries, &[A])
        });
        ann.connects(last);
        Self {
            rng,
            log,
            ann,
            last,
        }
    }

    fn step(&mut self) {
        match self.rng.u32(0..10) {
            0..5 => self.hear_next(),
            5..8 => self.scroll(),
            _ => self.come_back(),
        }
    }

    fn hear_next(&mut self) {
        if self.last < self.log.top() {
            self.last += 1;
            // As it was when it was new, or as it stands now.
            let as_of = self.rng.u64(self.last..=self.log.top());
            self.ann.hears_entry(self.log.read(self.last, as_of));
        }
    }

    fn scroll(&mut self) {
        let fetched = self.ann.fetched.len();
        self.ann.scrolls_up();
        if self.ann.fetched.len() == fetched {
            return;
        }
        let url = self.ann.fetched.last().expect("just fetched");
        let before = url
            .split_once("before=")
            .and_then(|(_, rest)| rest.split_once('&'));
        let before: u64 = before
            .and_then(|(seq, _)| seq.parse().ok())
            .expect("a place");
        let (to, count) = (before - 1, self.rng.u64(1..15));
        // Read by a node that lags, or by one that is ahead of what she has heard.
        let as_of = self.rng.u64(to..=self.log.top());
        let entries = self
            .log
            .run(to.saturating_sub(count - 1).max(1)..=to, as_of);
        // Meanwhile the room goes on.
        for _ in 0..self.rng.u32(0..3) {
            self.hear_next();
        }
        let aside = self.log.aside(&entries, as_of);
        self.ann.gets(Page {
            epoch: id("e1"),
            top: as_of,
            entries,
            closed: vec![],
            aside,
            ended: false,
        });
    }

    fn come_back(&mut self) {
        let top = self.rng.u64(self.last..=self.log.top());
        self.ann.loses_the_socket(1006);
        self.ann.waits_to_dial();
        self.ann.gets_in(top);
        let fresh = self.rng.u32(0..3) == 0;
        let from = if fresh {
            top.saturating_sub(self.rng.u64(0..12)).max(1)
        } else {
            self.last + 1
        };
        let as_of = self.rng.u64(top..=self.log.top());
        let entries = self.log.run(from..=top, as_of);
        let aside = self.log.aside(&entries, as_of);
        self.last = top;
        self.ann.hears(Event::Entries {
            room: RoomId::lobby(),
            fresh,
            entries,
            closed: vec![],
            aside,
        });
    }

    /// What is shown of a message is never what it did not say, and who is quoted said it.
    fn check_quotes(&self) {
        for message in messages(&self.ann) {
            let Some(quote) = &message.reply else {
                continue;
            };
            let said = &self.log.entries[quote.seq as usize - 1];
            if let Some(name) = &quote.name {
                assert_eq!(*name, said.name);
            }
        }
    }
}

#[test]
fn in_any_order_the_messages_are_what_they_became() {
    for seed in 0..400 {
        let mut reading = Reading::begin(seed);
        for _ in 0..60 {
            reading.step();
            reading.check_quotes();
        }
        while reading.last < reading.log.top() {
            reading.hear_next();
        }
        for _ in 0..200 {
            reading.scroll();
            reading.ann.waits(50);
            reading.ann.hears(Event::Heartbeat);
        }
        let truth = reading.log.truth();
        let shown: Truth = messages(&reading.ann)
            .iter()
            .map(|message| (message.seq.expect("all are stored"), shown(message)))
            .collect();
        assert_eq!(shown, truth, "seed {seed}");
        for message in messages(&reading.ann) {
            let quoted = message
                .reply
                .as_ref()
                .map(|quote| (quote.seq, quote.body.clone()));
            let Some((seq, body)) = quoted else { continue };
            let text = Some(truth[&seq].0.clone()).filter(|text| !text.is_empty());
            assert_eq!(body, text, "seed {seed}: {} answers {seq}", message.cid);
        }
    }
}
