//! Copying a whole log into a store of another kind: the same epoch, the same seqs, and a proof of both at the end.

use super::proof::Proof;
use super::upkeep::Error;

/// Rows that are on the way at once.
pub(super) const ROWS: usize = 1_000;

/// A field of a row, as every store can hold it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Flag(bool),
    Number(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Flag,
    Number,
    Text,
    Bytes,
}

/// A table that every store has under this name.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: &'static [(&'static str, Column)],
    /// In which order its rows are copied: none refers to a later one.
    pub(super) order: &'static str,
}

use Column::{Bytes, Flag, Number, Text};

/// All of them, none before one it refers to.
pub(super) const TABLES: [Table; 12] = [
    Table {
        name: "log",
        columns: &[("id", Number), ("epoch", Text), ("top", Number)],
        order: "id",
    },
    Table {
        name: "seal",
        columns: &[("id", Number), ("secret", Bytes)],
        order: "id",
    },
    Table {
        name: "person",
        columns: &[
            ("id", Text),
            ("name", Text),
            ("folded", Text),
            ("since", Number),
            ("admin", Flag),
            ("password", Text),
            ("banned", Text),
            ("program", Text),
            ("alias", Text),
        ],
        order: "id",
    },
    Table {
        name: "sign_in",
        columns: &[
            ("hash", Bytes),
            ("person", Text),
            ("parent", Bytes),
            ("expires", Number),
            ("lasts", Number),
        ],
        order: "parent IS NOT NULL, hash",
    },
    Table {
        name: "node",
        columns: &[("public_url", Text), ("seen", Number)],
        order: "public_url",
    },
    Table {
        name: "program",
        columns: &[
            ("id", Text),
            ("name", Text),
            ("folded", Text),
            ("hash", Bytes),
            ("scopes", Text),
            ("rooms", Text),
            ("made", Number),
            ("used", Number),
        ],
        order: "id",
    },
    Table {
        name: "room",
        columns: &[
            ("id", Text),
            ("name", Text),
            ("top", Number),
            ("kind", Text),
            ("topic", Text),
            ("owner", Text),
            ("folded", Text),
            ("program", Text),
            ("alias", Text),
        ],
        order: "id",
    },
    Table {
        name: "member",
        columns: &[
            ("room", Text),
            ("person", Text),
            ("from_seq", Number),
            ("to_seq", Number),
            ("read_seq", Number),
            ("muted", Flag),
        ],
        order: "room, person, from_seq",
    },
    Table {
        name: "entry",
        columns: &[
            ("log_offset", Number),
            ("room", Text),
            ("seq", Number),
            ("sender", Text),
            ("name", Text),
            ("cid", Text),
            ("kind", Text),
            ("target", Text),
            ("body", Text),
            ("at", Number),
            ("enclosed", Text),
        ],
        order: "log_offset",
    },
    Table {
        name: "restraint",
        columns: &[
            ("room", Text),
            ("person", Text),
            ("silenced_until", Number),
            ("banned", Flag),
        ],
        order: "room, person",
    },
    Table {
        name: "invite",
        columns: &[("room", Text), ("hash", Bytes)],
        order: "room",
    },
    Table {
        name: "ticket",
        columns: &[
            ("hash", Bytes),
            ("person", Text),
            ("room", Text),
            ("expires", Number),
        ],
        order: "hash",
    },
];

impl Table {
    /// The columns' names, with commas.
    pub(super) fn names(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        names.join(", ")
    }

    pub(super) fn select(&self) -> String {
        let Self { name, order, .. } = self;
        format!("SELECT {} FROM {name} ORDER BY {order}", self.names())
    }
}

/// Takes some rows of a table, in their order.
pub(super) type Take<'a> = &'a mut dyn FnMut(&[Vec<Value>]) -> Result<(), Error>;

/// A store on which no node runs, and none can begin to.
pub(super) trait Source {
    fn prove(&mut self) -> Result<Proof, Error>;

    /// All rows of the table, some at a time.
    fn read(&mut self, table: &Table, take: Take<'_>) -> Result<(), Error>;
}

/// A store that is being made. It is there as a whole or not at all.
pub(super) trait Sink {
    fn begin(&mut self, table: &Table) -> Result<(), Error>;

    fn write(&mut self, table: &Table, rows: &[Vec<Value>]) -> Result<(), Error>;

    /// After the last row of a table.
    fn end(&mut self, table: &Table) -> Result<(), Error>;

    fn prove(&mut self) -> Result<Proof, Error>;

    /// From now on it is there.
    fn keep(self: Box<Self>) -> Result<(), Error>;
}

/// Copies everything and keeps the copy if it proves to be the same. An error has left nothing behind.
pub(super) fn copy(source: &mut dyn Source, mut sink: Box<dyn Sink>) -> Result<Proof, Error> {
    let original = source.prove()?;
    if let Some(fault) = original.faults.first() {
        return Err(Error(format!(
            "what was to be copied has faults, the first is: {fault}; see all with: confab check"
        )));
    }
    for table in &TABLES {
        sink.begin(table)?;
        source.read(table, &mut |rows| sink.write(table, rows))?;
        sink.end(table)?;
    }
    let copied = sink.prove()?;
    if !is_same(&copied, &original) {
        let why = "the copy is not the same as the store, and was not kept; try again, and if it stays so keep the store as it is";
        return Err(Error(why.to_owned()));
    }
    sink.keep()?;
    Ok(copied)
}

fn is_same(copy: &Proof, original: &Proof) -> bool {
    let rooms = |proof: &Proof| {
        let mut rooms = proof.rooms.clone();
        rooms.sort_by(|one, other| one.room.cmp(&other.room));
        rooms
    };
    copy.is_sound()
        && (&copy.epoch, copy.entries) == (&original.epoch, original.entries)
        && rooms(copy) == rooms(original)
}
