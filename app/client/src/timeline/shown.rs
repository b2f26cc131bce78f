//! A stored message with its changes. Each aspect of it follows the change with the highest seq, whatever comes first.

use std::sync::Arc;

use protocol::{Kind, Name, Person};

use super::held::Change;
use crate::message::{excerpt, react};
use crate::{Message, Quote};

#[derive(Debug)]
pub(super) struct Shown {
    pub(super) message: Arc<Message>,
    /// The seq of what it says.
    pub(super) text_seq: u64,
    /// By seq.
    marks: Vec<Mark>,
    /// The seq of what is quoted; 0 while that is not known.
    quote_seq: u64,
}

/// Whether somebody's emoji is set.
#[derive(Debug)]
struct Mark {
    who: Person,
    emoji: String,
    is_set: bool,
    seq: u64,
}

/// What a message says.
pub(super) struct Text<'a> {
    /// Who wrote it, where that is known.
    pub(super) name: Option<&'a Name>,
    /// Empty if it is taken back.
    pub(super) body: &'a str,
    /// The entry that says so; see [`text_seq`].
    pub(super) seq: u64,
}

/// Nothing comes after a deletion, which the log also tells by a blank text at an earlier seq.
pub(super) fn text_seq(body: &str, seq: u64) -> u64 {
    if body.is_empty() { u64::MAX } else { seq }
}

impl Shown {
    pub(super) fn new(message: Message) -> Self {
        Self {
            text_seq: text_seq(&message.body, message.seq.unwrap_or(0)),
            message: Arc::new(message),
            marks: vec![],
            quote_seq: 0,
        }
    }

    /// The seq of the message it answers.
    pub(super) fn answers(&self) -> Option<u64> {
        self.message.reply.as_ref().map(|reply| reply.seq)
    }

    pub(super) fn change(&mut self, change: &Change, me: &Person) {
        if change.is_of_text() {
            let seq = text_seq(&change.body, change.seq);
            if seq > self.text_seq {
                self.text_seq = seq;
                Arc::make_mut(&mut self.message).say(&change.body, me);
            }
        } else if self.mark(change) {
            self.show_marks(me);
        }
    }

    /// The message that this one answers says this.
    pub(super) fn quote(&mut self, text: &Text<'_>) {
        if self.message.reply.is_none() {
            return;
        }
        let Some(Quote { name, body, .. }) = &mut Arc::make_mut(&mut self.message).reply else {
            return;
        };
        if let Some(known) = text.name {
            name.get_or_insert_with(|| known.clone());
        }
        if text.seq > self.quote_seq {
            self.quote_seq = text.seq;
            *body = (!text.body.is_empty()).then(|| excerpt(text.body));
        }
    }

    /// Whether it is newer than what was known of this person's emoji.
    fn mark(&mut self, change: &Change) -> bool {
        let same = |mark: &Mark| mark.who.id == change.by.id && mark.emoji == change.body;
        if let Some(at) = self.marks.iter().position(same) {
            if self.marks[at].seq >= change.seq {
                return false;
            }
            self.marks.remove(at);
        }
        let at = self.marks.partition_point(|mark| mark.seq < change.seq);
        let mark = Mark {
            who: change.by.clone(),
            emoji: change.body.clone(),
            is_set: change.kind == Kind::Reacted,
            seq: change.seq,
        };
        self.marks.insert(at, mark);
        true
    }

    fn show_marks(&mut self, me: &Person) {
        if self.message.deleted {
            return;
        }
        let message = Arc::make_mut(&mut self.message);
        message.reactions.clear();
        for mark in self.marks.iter().filter(|mark| mark.is_set) {
            let is_me = mark.who.id == me.id;
            react(&mut message.reactions, &mark.emoji, &mark.who, is_me);
        }
    }
}
