//! Whether messages are shown as what became of them.

use std::collections::BTreeMap;

use client::{Line, Message, Sending};
use protocol::{Entry, Kind, Target, UserId};

/// Who set which emoji.
type Reactions = BTreeMap<String, Vec<UserId>>;

pub fn shown(lines: &[Line]) -> Vec<&Message> {
    let messages = lines.iter().filter_map(|line| match line {
        Line::Message(message) => Some(message.as_ref()),
        Line::Notice(_) | Line::Fact(_) => None,
    });
    messages.collect()
}

/// The messages shown are those of the log, which the reader may see, as they are now. The error tells the first difference.
pub fn check(shown: &[&Message], entries: &[Entry]) -> Result<(), String> {
    let is_posted = |entry: &&Entry| entry.kind == Kind::Posted;
    let posted: Vec<&Entry> = entries.iter().filter(is_posted).collect();
    if shown.len() != posted.len() {
        let last = shown.last().and_then(|message| message.seq);
        let (count, all) = (shown.len(), posted.len());
        return Err(format!("it shows {count} of {all}, up to {last:?}"));
    }
    let changes = changes(entries);
    for (message, posted) in shown.iter().zip(posted) {
        let changes = changes.get(&posted.seq).map_or(&[][..], Vec::as_slice);
        if !is_shown(message, posted, changes) {
            return Err(format!(
                "it shows {message:?} where the log has {posted:?} and {changes:?}"
            ));
        }
    }
    Ok(())
}

/// By message.
fn changes(entries: &[Entry]) -> BTreeMap<u64, Vec<&Entry>> {
    let mut changes: BTreeMap<u64, Vec<&Entry>> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.kind.is_change()) {
        if let Some(target) = entry.target.as_ref().and_then(Target::seq) {
            changes.entry(target).or_default().push(entry);
        }
    }
    changes
}

fn is_shown(message: &Message, posted: &Entry, changes: &[&Entry]) -> bool {
    let is_it = message.seq == Some(posted.seq)
        && message.cid == posted.cid
        && message.sender.id == posted.sender
        && message.state == Sending::Sent
        && !message.changing;
    if !is_it || message.deleted {
        return is_it && posted.body.is_empty() && message.body.is_empty();
    }
    if posted.body.is_empty() {
        // Taken back while the reader was not in the room: it may have been shown before.
        return changes.iter().all(|change| change.kind != Kind::Deleted);
    }
    let edits = changes.iter().rev();
    let edited = edits
        .filter(|change| change.kind == Kind::Edited)
        .max_by_key(|edit| edit.seq);
    let text = edited.map_or(&posted.body, |edit| &edit.body);
    message.body == *text
        && message.edited == edited.is_some()
        && reactions_of(message) == reactions(changes)
}

fn reactions(changes: &[&Entry]) -> Reactions {
    let mut set: Vec<(&str, &UserId)> = Vec::new();
    for change in changes {
        let mark = (change.body.as_str(), &change.sender);
        match change.kind {
            Kind::Reacted | Kind::Unreacted => set.retain(|known| *known != mark),
            _ => continue,
        }
        if change.kind == Kind::Reacted {
            set.push(mark);
        }
    }
    let mut reactions = Reactions::new();
    for (emoji, who) in set {
        reactions
            .entry(emoji.to_owned())
            .or_default()
            .push(who.clone());
    }
    reactions
}

fn reactions_of(message: &Message) -> Reactions {
    let of = |reaction: &client::Reaction| {
        let people = reaction.people.iter().map(|person| person.id.clone());
        (reaction.emoji.clone(), people.collect())
    };
    message.reactions.iter().map(of).collect()
}
