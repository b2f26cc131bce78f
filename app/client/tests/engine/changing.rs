//! Messages that are edited, taken back, answered, and shown an emoji.

use std::sync::Arc;

use client::{Engine, Line, Message, Outgoing, Start};
use protocol::{Cid, Command, Entry, Event, Kind, Page, Reason, RoomId, Target};

use crate::ann::{A, Ann, B, bobs, entry, id, run, start};

/// What somebody changes of the message at `target`.
fn change(seq: u64, who: &str, kind: Kind, target: u64, body: &str) -> Entry {
    Entry {
        kind,
        target: Some(Target::message(target)),
        ..entry(seq, who, &format!("{who}{seq}").to_lowercase(), body)
    }
}

fn message(ann: &Ann, seq: u64) -> Arc<Message> {
    let lines = ann.engine.lines().into_iter();
    let mut messages = lines.filter_map(|line| match line {
        Line::Message(message) if message.seq == Some(seq) => Some(message),
        _ => None,
    });
    messages.next().expect("it is shown")
}

/// The reactions of a message as text: `👍 Ann Bob*`, with a star where one's own is among them.
fn reactions(ann: &Ann, seq: u64) -> Vec<String> {
    let of = |reaction: &client::Reaction| {
        let names: Vec<&str> = reaction
            .people
            .iter()
            .map(|one| one.name.as_str())
            .collect();
        let star = if reaction.mine { "*" } else { "" };
        format!("{} {}{star}", reaction.emoji, names.join(" "))
    };
    message(ann, seq).reactions.iter().map(of).collect()
}

/// The cid, kind, target and body of what she sent since last asked.
fn sent(ann: &mut Ann) -> Vec<(String, Kind, u64, String)> {
    let said = std::mem::take(&mut ann.said).into_iter();
    said.filter_map(|command| match command {
        Command::Send {
            cid,
            kind,
            target,
            body,
            ..
        } => Some((cid.to_string(), kind, target?.seq()?, body)),
        _ => None,
    })
    .collect()
}

fn with(ann: &mut Ann, act: impl FnOnce(&mut Engine) -> Result<(), Reason>) {
    act(&mut ann.engine).expect("it fits");
    ann.acts();
}

#[test]
fn an_edit_shows_at_once_and_stays_when_it_is_stored() {
    let mut ann = Ann::is_in();
    ann.hears_entry(entry(4, "Ann", "x", "helo"));
    let (now, cid) = (ann.now, id::<Cid>("e1"));
    with(&mut ann, |engine| {
        engine.edit(now, cid.clone(), 4, "hello", 0)
    });
    assert_eq!(
        sent(&mut ann),
        [("e1".to_owned(), Kind::Edited, 4, "hello".to_owned())]
    );
    let shown = message(&ann, 4);
    assert_eq!(
        (shown.body.as_str(), shown.edited, shown.changing),
        ("hello", true, true)
    );
    ann.is_accepted(&cid, 5);
    assert!(!message(&ann, 4).changing);
    ann.hears_entry(Entry {
        cid,
        ..change(5, "Ann", Kind::Edited, 4, "hello")
    });
    let shown = message(&ann, 4);
    assert_eq!(
        (shown.body.as_str(), shown.edited, shown.changing),
        ("hello", true, false)
    );
    assert_eq!(ann.kept, []);
    assert_eq!(ann.list().len(), 4, "a change has no line of its own");
}

#[test]
fn a_change_that_is_refused_is_taken_back_and_told() {
    let mut ann = Ann::is_in();
    let (now, cid) = (ann.now, id::<Cid>("d1"));
    with(&mut ann, |engine| engine.delete(now, cid.clone(), 2, 0));
    ann.shows(&["Bob: 1", "Bob: ", "Bob: 3"]);
    assert!(message(&ann, 2).deleted);
    ann.is_rejected(&cid, Reason::NotAllowed, None);
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3"]);
    let failed = ann.engine.failed_changes();
    assert_eq!(
        (failed[0].kind, failed[0].reason),
        (Kind::Deleted, Reason::NotAllowed)
    );
    ann.engine.discard(&cid);
    ann.acts();
    assert_eq!(ann.engine.failed_changes(), []);
    assert_eq!(ann.kept, []);
}

#[test]
fn what_is_taken_back_says_nothing_more_and_stays_so() {
    let mut ann = Ann::is_in();
    ann.hears_entry(change(4, "Cyd", Kind::Reacted, 2, "👍"));
    ann.hears_entry(change(5, "Bob", Kind::Edited, 2, "two"));
    ann.hears_entry(change(6, "Bob", Kind::Deleted, 2, ""));
    ann.hears_entry(change(7, "Bob", Kind::Edited, 2, "two again"));
    ann.hears_entry(change(8, "Cyd", Kind::Reacted, 2, "🎉"));
    let shown = message(&ann, 2);
    assert_eq!(
        (shown.body.as_str(), shown.deleted, shown.edited),
        ("", true, false)
    );
    assert_eq!(reactions(&ann, 2), [""; 0]);
}

#[test]
fn what_was_taken_back_before_one_came_has_no_text_in_the_log() {
    let entries = vec![bobs(1), entry(2, "Bob", "b2", ""), bobs(3)];
    let ann = Ann::arrives_with(start(entries, &[A, B]));
    assert!(message(&ann, 2).deleted);
    assert!(!message(&ann, 3).deleted);
}

#[test]
fn reactions_are_counted_by_emoji_in_the_order_they_were_set() {
    let mut ann = Ann::is_in();
    for (seq, who, kind, emoji) in [
        (4, "Bob", Kind::Reacted, "👍"),
        (5, "Cyd", Kind::Reacted, "🎉"),
        (6, "Ann", Kind::Reacted, "👍"),
        (7, "Cyd", Kind::Reacted, "👍"),
        (8, "Bob", Kind::Unreacted, "👍"),
    ] {
        ann.hears_entry(change(seq, who, kind, 2, emoji));
    }
    assert_eq!(reactions(&ann, 2), ["🎉 Cyd", "👍 Ann Cyd*"]);
}

#[test]
fn one_s_own_reaction_shows_and_goes_at_once() {
    let mut ann = Ann::is_in();
    ann.hears_entry(change(4, "Bob", Kind::Reacted, 2, "👍"));
    let now = ann.now;
    with(&mut ann, |engine| {
        engine.react(now, id("r1"), 2, "👍", true, 0)
    });
    with(&mut ann, |engine| {
        engine.react(now, id("r2"), 3, "🎉", true, 0)
    });
    assert_eq!(reactions(&ann, 2), ["👍 Bob Ann*"]);
    assert_eq!(reactions(&ann, 3), ["🎉 Ann*"]);
    with(&mut ann, |engine| {
        engine.react(now, id("r3"), 2, "👍", false, 0)
    });
    with(&mut ann, |engine| {
        engine.react(now, id("r4"), 3, "🎉", false, 0)
    });
    assert_eq!(reactions(&ann, 2), ["👍 Bob"]);
    assert_eq!(reactions(&ann, 3), [""; 0]);
    let (nth, target) = (Kind::Reacted, 2);
    assert_eq!(
        sent(&mut ann),
        [("r1".to_owned(), nth, target, "👍".to_owned())]
    );
}

#[test]
fn a_mention_marks_the_message_as_long_as_it_is_one() {
    let mut ann = Ann::is_in();
    ann.hears_entry(entry(4, "Bob", "b4", "@Ann, look"));
    ann.hears_entry(entry(5, "Ann", "x", "I am @Ann"));
    assert!(message(&ann, 4).mentions_me);
    assert!(!message(&ann, 5).mentions_me);
    ann.hears_entry(change(6, "Bob", Kind::Edited, 4, "look"));
    assert!(!message(&ann, 4).mentions_me);
}

#[test]
fn a_change_of_a_message_further_up_is_there_when_that_is_loaded() {
    let mut ann = Ann::arrives_with(start(run(51..=60), &[A, B]));
    ann.connects(60);
    ann.hears_entry(change(61, "Bob", Kind::Edited, 20, "twenty"));
    ann.hears_entry(change(62, "Cyd", Kind::Reacted, 20, "👍"));
    ann.hears_entry(change(63, "Bob", Kind::Deleted, 21, ""));
    ann.scrolls_up();
    // The page was read before the changes were made.
    ann.gets_page(run(1..=50));
    assert_eq!(message(&ann, 20).body, "twenty");
    assert_eq!(reactions(&ann, 20), ["👍 Cyd"]);
    assert!(message(&ann, 21).deleted);
}

#[test]
fn a_page_brings_the_changes_that_came_after_it() {
    let mut ann = Ann::arrives_with(start(run(151..=160), &[A, B]));
    ann.connects(160);
    ann.scrolls_up();
    let aside = vec![
        change(120, "Bob", Kind::Edited, 60, "sixty"),
        change(130, "Cyd", Kind::Reacted, 60, "👍"),
    ];
    ann.gets(Page {
        epoch: id("e1"),
        top: 160,
        entries: run(51..=150),
        closed: vec![],
        aside,
        ended: false,
    });
    assert_eq!(message(&ann, 60).body, "sixty");
    assert_eq!(reactions(&ann, 60), ["👍 Cyd"]);
    // An older change that comes later changes nothing.
    ann.hears(Event::Entries {
        room: RoomId::lobby(),
        fresh: false,
        entries: vec![],
        closed: vec![],
        aside: vec![change(110, "Bob", Kind::Edited, 60, "six")],
    });
    assert_eq!(message(&ann, 60).body, "sixty");
}

#[test]
fn an_answer_quotes_what_it_answers_as_that_is_now() {
    let mut ann = Ann::is_in();
    let now = ann.now;
    with(&mut ann, |engine| {
        engine.reply(now, id("a1"), 2, "indeed", 0)
    });
    let pending = ann.engine.lines()[3].clone();
    let quoted = |line: &Line| match line {
        Line::Message(message) => message
            .reply
            .clone()
            .map(|quote| (quote.seq, quote.name.map(String::from), quote.body)),
        _ => None,
    };
    let bob = Some("Bob".to_owned());
    assert_eq!(
        quoted(&pending),
        Some((2, bob.clone(), Some("2".to_owned())))
    );
    assert_eq!(
        sent(&mut ann),
        [("a1".to_owned(), Kind::Posted, 2, "indeed".to_owned())]
    );
    ann.hears_entry(change(4, "Ann", Kind::Posted, 2, "indeed"));
    assert_eq!(message(&ann, 4).reply, message_quote(2, "Bob", Some("2")));
    ann.hears_entry(change(5, "Bob", Kind::Edited, 2, "two"));
    assert_eq!(message(&ann, 4).reply, message_quote(2, "Bob", Some("two")));
    ann.hears_entry(change(6, "Bob", Kind::Deleted, 2, ""));
    assert_eq!(message(&ann, 4).reply, message_quote(2, "Bob", None));
}

fn message_quote(seq: u64, name: &str, body: Option<&str>) -> Option<client::Quote> {
    Some(client::Quote {
        seq,
        name: Some(protocol::Name::parse(name).expect("a name")),
        body: body.map(str::to_owned),
    })
}

#[test]
fn an_answer_to_a_message_further_up_quotes_it_from_beside_the_page() {
    let answer = change(51, "Cyd", Kind::Posted, 2, "yes");
    let entries = [vec![answer], run(52..=60)].concat();
    let mut ann = Ann::arrives_with(Start {
        aside: vec![bobs(2)],
        ..start(entries, &[A, B])
    });
    ann.connects(60);
    assert_eq!(message(&ann, 51).reply, message_quote(2, "Bob", Some("2")));
    // One that comes alone, to a message nobody loaded.
    ann.hears_entry(change(61, "Cyd", Kind::Posted, 3, "no"));
    let reply = message(&ann, 61).reply.clone().expect("an answer");
    assert_eq!((reply.seq, reply.name, reply.body), (3, None, None));
    ann.hears_entry(change(62, "Bob", Kind::Edited, 3, "three"));
    ann.scrolls_up();
    ann.gets_page(run(1..=50));
    assert_eq!(
        message(&ann, 61).reply,
        message_quote(3, "Bob", Some("three"))
    );
}

#[test]
fn changes_outlive_the_page() {
    let mut ann = Ann::arrives();
    let now = ann.now;
    with(&mut ann, |engine| engine.edit(now, id("e1"), 2, "two", 0));
    with(&mut ann, |engine| {
        engine.react(now, id("r1"), 3, "👍", true, 0)
    });
    let json = serde_json::to_string(&ann.kept).expect("serialises");
    let kept: Vec<Outgoing> = serde_json::from_str(&json).expect("parses");
    // The edit was stored all the same.
    let stored = Entry {
        cid: id("e1"),
        ..change(4, "Ann", Kind::Edited, 2, "two")
    };
    let mut ann = Ann::arrives_with(start([run(1..=3), vec![stored]].concat(), &[A, B]));
    ann.engine.restore(kept);
    ann.acts();
    assert_eq!(ann.kept.len(), 1);
    ann.connects(4);
    assert_eq!(
        sent(&mut ann),
        [("r1".to_owned(), Kind::Reacted, 3, "👍".to_owned())]
    );
    assert_eq!(reactions(&ann, 3), ["👍 Ann*"]);
}

#[test]
fn what_does_not_fit_changes_nothing() {
    let mut ann = Ann::is_in();
    let now = ann.now;
    let engine = &mut ann.engine;
    assert_eq!(
        engine.edit(now, id("e1"), 2, " ", 0),
        Err(Reason::BodyEmpty)
    );
    assert_eq!(
        engine.reply(now, id("e2"), 2, "", 0),
        Err(Reason::BodyEmpty)
    );
    assert_eq!(engine.edit(now, id("e3"), 2, "two", 0), Ok(()));
    assert_eq!(engine.delete(now, id("e3"), 2, 0), Err(Reason::CidConflict));
    ann.acts();
    ann.shows(&["Bob: 1", "Bob: two", "Bob: 3"]);
}

#[test]
fn the_last_line_of_the_list_follows_its_message() {
    let mut ann = Ann::is_in_her_rooms();
    let plans = crate::house::plans();
    let last = |ann: &Ann| ann.view(&plans).last.map(|last| last.body);
    ann.hears_bob_in(&plans, 4);
    ann.hears_entry(crate::house::there(
        &plans,
        change(5, "Bob", Kind::Edited, 4, "four"),
    ));
    assert_eq!(last(&ann).as_deref(), Some("four"));
    ann.hears_entry(crate::house::there(
        &plans,
        change(6, "Bob", Kind::Deleted, 4, ""),
    ));
    assert_eq!(last(&ann), None);
}

/// The last line of the talk with Bob, as her list has it.
fn last_of_the_talk(ann: &Ann) -> Option<String> {
    let last = ann.view(&crate::house::direct()).last;
    last.map(|last| last.body)
}

#[test]
fn words_taken_back_leave_a_list_that_a_node_told() {
    use crate::house::{direct, there};
    let talked =
        |seq, kind, target, body: &str| there(&direct(), change(seq, "Bob", kind, target, body));
    let mut ann = Ann::is_in_her_rooms();
    assert_eq!(last_of_the_talk(&ann).as_deref(), Some("hi"));
    ann.hears_entry(talked(4, Kind::Reacted, 3, "👍"));
    assert_eq!(last_of_the_talk(&ann).as_deref(), Some("hi"));
    ann.hears_entry(talked(5, Kind::Deleted, 3, ""));
    assert_eq!(last_of_the_talk(&ann), None);

    let mut ann = Ann::is_in_her_rooms();
    ann.hears_entry(talked(4, Kind::Edited, 3, "ho"));
    assert_ne!(last_of_the_talk(&ann).as_deref(), Some("hi"));
}

#[test]
fn words_taken_back_in_a_room_on_the_screen_leave_its_list_too() {
    use crate::house::{direct, lobby, private, talk, there};
    let mut ann = Ann::is_in_her_rooms();
    ann.turns_to(&direct());
    ann.gets_entries_of(&direct(), true, vec![entry(3, "Bob", "b3", "hi")]);
    ann.hears_entry(there(&direct(), change(4, "Bob", Kind::Deleted, 3, "")));
    assert_eq!(last_of_the_talk(&ann), None);

    // An older one, while a newer one stands, takes nothing away.
    let mut ann = Ann::is_in_her_rooms();
    ann.turns_to(&direct());
    ann.gets_entries_of(&direct(), true, run(2..=3));
    ann.turns_to(&RoomId::lobby());
    ann.comes_back_to(vec![lobby(3), private(3), talk(6)]);
    ann.hears_entry(there(&direct(), change(7, "Bob", Kind::Deleted, 2, "")));
    assert_eq!(last_of_the_talk(&ann).as_deref(), Some("hi"));
}

/// The line is cut, and the node she comes back to has another log, restored up to here.
fn finds_another_log(ann: &mut Ann, top: u64) {
    ann.loses_the_socket(1012);
    ann.waits_to_dial();
    ann.opens();
    ann.said.clear();
    ann.is_welcomed("e2", top);
    ann.hears_entries(true, run(1..=top));
}

#[test]
fn a_change_that_waits_changes_nothing_in_another_log() {
    let mut ann = Ann::is_in();
    ann.hears_entry(entry(4, "Ann", "x", "helo"));
    ann.loses_the_socket(1006);
    let (now, cid) = (ann.now, id::<Cid>("e1"));
    with(&mut ann, |engine| {
        engine.edit(now, cid.clone(), 4, "hello", 0)
    });
    ann.waits_to_dial();
    ann.gets_in(4);
    ann.sent();
    finds_another_log(&mut ann, 4);
    assert_eq!(sent(&mut ann), []);
    let failed = ann.engine.failed_changes();
    assert_eq!(
        (failed[0].kind, failed[0].reason, failed[0].body.as_str()),
        (Kind::Edited, Reason::MessageUnknown, "hello")
    );
    ann.engine.retry(ann.now, &cid);
    ann.acts();
    assert_eq!(sent(&mut ann), [], "it never means that one");
}

#[test]
fn an_answer_that_waits_is_shown_as_refused_in_another_log_and_sent_alone_if_wished() {
    let mut ann = Ann::is_in();
    ann.loses_the_socket(1006);
    let (now, cid) = (ann.now, id::<Cid>("a1"));
    with(&mut ann, |engine| {
        engine.reply(now, cid.clone(), 3, "indeed", 0)
    });
    ann.waits_to_dial();
    ann.opens();
    ann.said.clear();
    ann.is_welcomed("e2", 3);
    ann.hears_entries(true, run(1..=3));
    assert_eq!(ann.sent(), [""; 0]);
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3", "Ann: indeed !MessageUnknown"]);
    ann.engine.retry(ann.now, &cid);
    ann.acts();
    assert!(
        matches!(ann.said.last(), Some(Command::Send { target: None, body, .. }) if body == "indeed")
    );
}

#[test]
fn a_change_kept_over_a_reload_changes_nothing_in_another_log() {
    let mut ann = Ann::arrives();
    let now = ann.now;
    with(&mut ann, |engine| engine.delete(now, id("d1"), 2, 0));
    let json = serde_json::to_string(&ann.kept).expect("serialises");
    let kept: Vec<Outgoing> = serde_json::from_str(&json).expect("parses");
    let mut ann = Ann::arrives_with(Start {
        epoch: id("e2"),
        ..start(run(1..=3), &[A, B])
    });
    ann.engine.restore(kept);
    ann.acts();
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3"]);
    assert_eq!(
        ann.engine.failed_changes()[0].reason,
        Reason::MessageUnknown
    );
    ann.engine.connect(ann.now);
    ann.acts();
    ann.opens();
    ann.said.clear();
    ann.is_welcomed("e2", 3);
    assert_eq!(sent(&mut ann), []);
}
