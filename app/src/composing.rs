//! Writing a message. The text is the browser's alone: a value that is never set is never lost.

use std::sync::Arc;

use client::{Engine, Message};
use protocol::{Body, Cid, Reason};
use web_sys::{HtmlTextAreaElement, KeyboardEvent};

use crate::{browser, mentioning::Mentioning, room::Room, rows};

/// What is said about what is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) characters: usize,
    pub(crate) refused: Option<Reason>,
    pub(crate) purpose: Purpose,
    pub(crate) mentioning: Option<Mentioning>,
}

/// What becomes of the text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Purpose {
    #[default]
    Say,
    Answer(Arc<Message>),
    Edit(Arc<Message>),
}

impl Written {
    pub(crate) fn refused(refused: Option<Reason>) -> Self {
        Self {
            refused,
            ..Self::default()
        }
    }
}

impl Room {
    /// Finds what was typed before the start, and the draft of before a reload.
    pub(crate) fn find_text(self) {
        let Some(text) = browser::text_box() else {
            return;
        };
        let draft = self.draft(&self.id());
        let typed = text.value();
        if !draft.is_empty() && !typed.contains(&draft) {
            text.set_value(&browser::above(&draft, &typed));
        }
        self.look(&text, self.writing().refused);
    }

    /// The room on the screen is another one: so is what is written.
    pub(crate) fn change_text(self) {
        if let Some(text) = browser::text_box() {
            self.write(Written::default());
            text.set_value(&self.draft(&self.id()));
            self.look(&text, None);
        }
    }

    pub(crate) fn typed(self) {
        if let Some(text) = browser::text_box() {
            self.look(&text, None);
            if !text.value().is_empty() {
                self.driver().tell(Engine::typing);
            }
        }
    }

    /// Enter sends and Shift+Enter begins a line; but an Enter that ends the input of a Chinese word does neither. Whether the
    /// key has done something.
    pub(crate) fn pressed(self, event: &KeyboardEvent) -> bool {
        let changes = event.shift_key() || event.ctrl_key() || event.alt_key() || event.meta_key();
        if browser::composes(event) || changes {
            return false;
        }
        match (event.key().as_str(), self.is_mentioning()) {
            ("ArrowDown", true) => self.step(1),
            ("ArrowUp", true) => self.step(-1),
            ("Enter" | "Tab", true) => self.mention(None),
            ("Escape", true) => self.mention_nobody(),
            ("Escape", false) => self.say(),
            ("ArrowUp", false) => self.edit_last(),
            ("Enter", false) => {
                self.submit();
                true
            }
            _ => false,
        }
    }

    /// Shows the message at once and sends it as soon as it can be; or tells why it cannot be sent.
    pub(crate) fn submit(self) {
        let Some(text) = browser::text_box().filter(|_| self.is_here()) else {
            return;
        };
        match self.send(&text.value()) {
            Ok(()) => self.begin_anew(&text),
            // Nothing to send is nothing to complain about.
            Err(Reason::BodyEmpty) => {}
            Err(reason) => self.look(&text, Some(reason)),
        }
        browser::focus(&text);
    }

    fn send(self, text: &str) -> Result<(), Reason> {
        let body = Body::parse(text)?;
        let (at, cid) = (browser::time_of_day(), browser::new_cid());
        let purpose = self.writing().purpose;
        let driver = self.driver();
        match &purpose {
            Purpose::Edit(message) => {
                let seq = message.seq.unwrap_or_default();
                if message.body != body.as_str() {
                    driver.tell(|engine, now| engine.edit(now, cid, seq, body.as_str(), at))?;
                }
                return Ok(());
            }
            Purpose::Answer(message) => {
                let seq = message.seq.unwrap_or_default();
                driver.tell(|engine, now| engine.reply(now, cid, seq, body.as_str(), at))?;
            }
            Purpose::Say => {
                driver.tell(|engine, now| engine.send(now, cid, body.as_str(), at))?;
            }
        }
        self.jump();
        Ok(())
    }

    /// The box as it was before something was edited, or empty.
    fn begin_anew(self, text: &HtmlTextAreaElement) {
        let was_editing = self.is_editing();
        self.write(Written::default());
        let before = match was_editing {
            true => self.draft(&self.id()),
            false => String::new(),
        };
        text.set_value(&before);
        self.look(text, None);
    }

    /// What is written next answers this message.
    pub(crate) fn answer(self, message: &Arc<Message>) {
        self.say();
        self.write_for(Purpose::Answer(message.clone()));
    }

    /// What is written next stands in this message's place.
    pub(crate) fn edit(self, message: &Arc<Message>) {
        self.write_for(Purpose::Edit(message.clone()));
        if let Some(text) = browser::text_box() {
            text.set_value(&message.body);
            self.look(&text, None);
        }
    }

    fn write_for(self, purpose: Purpose) {
        self.write(Written {
            purpose,
            ..self.writing()
        });
        if let Some(text) = browser::text_box() {
            browser::focus(&text);
        }
    }

    /// What is written is a new message again; whether it was not.
    pub(crate) fn say(self) -> bool {
        let was_else = self.writing().purpose != Purpose::Say;
        if let (true, Some(text)) = (was_else, browser::text_box()) {
            if self.is_editing() {
                self.begin_anew(&text);
            } else {
                self.write_for(Purpose::Say);
            }
        }
        was_else
    }

    /// Edits the last message one wrote, if nothing else is written.
    fn edit_last(self) -> bool {
        let is_empty = browser::text_box().is_some_and(|text| text.value().is_empty());
        let is_own =
            |message: &&Arc<Message>| message.mine && message.seq.is_some() && !message.deleted;
        let rows = self.rows();
        let messages = rows.iter().rev().filter_map(rows::Row::message);
        let last = messages.into_iter().find(is_own);
        match last {
            Some(message) if is_empty => {
                self.edit(message);
                true
            }
            _ => false,
        }
    }

    /// Sends a failed message again.
    pub(crate) fn retry(self, cid: &Cid) {
        self.driver().tell(|engine, now| engine.retry(now, cid));
    }

    /// Takes a failed message back into the composer, before what has been written since.
    pub(crate) fn rewrite(self, cid: &Cid) {
        let body = self.driver().tell(|engine, _| engine.discard(cid));
        if let (Some(body), Some(text)) = (body, browser::text_box()) {
            browser::write_before(&text, &body);
        }
    }

    pub(crate) fn is_editing(self) -> bool {
        matches!(self.writing().purpose, Purpose::Edit(_))
    }

    fn is_mentioning(self) -> bool {
        self.writing().mentioning.is_some()
    }

    fn step(self, step: isize) -> bool {
        let mut written = self.writing();
        if let Some(mentioning) = &mut written.mentioning {
            mentioning.step(step);
        }
        self.write(written);
        true
    }

    fn mention_nobody(self) -> bool {
        self.write(Written {
            mentioning: None,
            ..self.writing()
        });
        true
    }

    /// Writes the name of the one at this place, or of the one chosen.
    pub(crate) fn mention(self, at: Option<usize>) -> bool {
        let mentioning = self.writing().mentioning;
        if let (Some(found), Some(text)) = (mentioning, browser::text_box())
            && let Some(person) = found.people.get(at.unwrap_or(found.chosen))
            // The caret may have gone elsewhere since they were offered.
            && let Some(present) = self.find_meant(&text, &text.value())
            && (present.units, present.people.contains(person)) == (found.units, true)
        {
            browser::replace_before_caret(&text, found.units, &format!("@{} ", person.name));
            self.look(&text, None);
            browser::focus(&text);
        }
        self.mention_nobody()
    }

    /// Takes note of the text: its length, its height, whom it means, the draft.
    pub(crate) fn look(self, text: &HtmlTextAreaElement, refused: Option<Reason>) {
        let value = text.value();
        self.write(Written {
            characters: value.trim_end().chars().count(),
            refused,
            mentioning: self.find_meant(text, &value),
            ..self.writing()
        });
        if !self.is_editing() {
            self.keep_draft(&self.id(), &value);
        }
        // For browsers without `field-sizing`.
        text.set_rows(value.split('\n').count().clamp(1, 8) as u32);
    }

    /// Whom the caret stands behind the beginning of.
    fn find_meant(self, text: &HtmlTextAreaElement, value: &str) -> Option<Mentioning> {
        let before_caret = browser::before_caret(text, value);
        let me = self.me();
        let state = self.now();
        let others = state.people().iter().chain(&state.online.people);
        Mentioning::find(before_caret, others.filter(|person| person.id != me))
    }
}
