//! What clicks and keys mean: one listener for all of the page, which reads the word in `data-do` of what was clicked. A
//! listener for each button would cost a kilobyte each.

use std::sync::Arc;

use client::{Link, Message};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlInputElement, KeyboardEvent, MouseEvent, PointerEvent};

use crate::{
    Theme, attention, browser,
    components::{look, place},
    connection,
    room::Room,
    room_state::Drawer,
    rows::Face,
};

/// Hears all that happens to the page.
pub(crate) fn listen(room: Room) {
    let kinds = [
        "click",
        "pointerdown",
        "pointerover",
        "focusin",
        "scroll",
        "submit",
        "input",
        "keydown",
    ];
    browser::listen(&kinds, move |event| heard(room, &event));
}

fn heard(room: Room, event: &Event) {
    let Some(target) = browser::target(event) else {
        return;
    };
    match event.type_().as_str() {
        "click" => clicked(room, event.unchecked_ref(), &target),
        "pointerdown" => browser::close_menus(Some(&target)),
        // A finger is at a message when it taps it.
        "pointerover" if event.unchecked_ref::<PointerEvent>().pointer_type() == "mouse" => {
            reached(room, &target);
        }
        "focusin" => reached(room, &target),
        "scroll" if target.id() == "messages" => look(room),
        "submit" if target.class_name() == "composer" => {
            event.prevent_default();
            room.submit();
        }
        // What was filled in is not lost: it is asked for again where it can be done.
        "submit" if room.goes_on_at(&format!("/rooms/{}", room.id())) => event.prevent_default(),
        "input" => typed(room, &target),
        "keydown" if target.id() == "message" && room.pressed(event.unchecked_ref()) => {
            event.prevent_default();
        }
        "keydown" => pressed(room, event.unchecked_ref(), &target),
        _ => {}
    }
}

fn clicked(room: Room, event: &MouseEvent, target: &Element) {
    let key = key(target);
    let opens_elsewhere = event.ctrl_key() || event.meta_key() || event.shift_key();
    let link = browser::closest(target, "a[href^='/']").and_then(|link| link.get_attribute("href"));
    let goes_on = || !opens_elsewhere && link.is_some_and(|path| room.goes_on_at(&path));
    let Some(button) = browser::closest(target, "[data-do]") else {
        if goes_on() {
            event.prevent_default();
        }
        // On a screen one touches nothing else tells that somebody is at a message.
        return room.activate(&key);
    };
    let value = button.get_attribute("data-value").unwrap_or_default();
    let word = button.get_attribute("data-do").unwrap_or_default();
    if !opens_elsewhere && act(room, &word, &value, room.message(&key)) || goes_on() {
        event.prevent_default();
    }
}

/// The pointer or the keyboard has come to something.
fn reached(room: Room, target: &Element) {
    room.activate(&key(target));
}

/// Of the row the element is in; empty outside.
fn key(target: &Element) -> String {
    let row = browser::closest(target, "[data-key]");
    row.and_then(|row| row.get_attribute("data-key"))
        .unwrap_or_default()
}

/// Does what the word says; whether nothing is left to the browser.
fn act(room: Room, word: &str, value: &str, message: Option<Arc<Message>>) -> bool {
    match word {
        "room" => return room.open(value),
        "talk" => return room.talk(value),
        "drawer" => room.open_drawer(Drawer::parse(value)),
        "older" => room.load_older(),
        "jump" => room.jump(),
        "try" => room.try_now(),
        "theme" => room.choose_theme(value),
        "read-all" => room.read_all(),
        "find" => room.find(),
        "leave-finder" => room.find_no_more(),
        "say" => drop(room.say()),
        "mention" => drop(room.mention(value.parse().ok())),
        "notify" => attention::answered(room, value == "yes"),
        "go" => return room.go(value),
        _ => return message.is_some_and(|message| act_on(room, word, value, &message)),
    }
    true
}

fn act_on(room: Room, word: &str, value: &str, message: &Arc<Message>) -> bool {
    if !room.is_here() {
        return true;
    }
    let seq = message.seq.unwrap_or_default();
    let turn = |face| room.turn(&crate::rows::key_of(message), face);
    // What had the focus goes with what was offered before.
    let focus_in = |inside| {
        let goes_to = format!("#{}{inside}", place(seq));
        browser::when_drawn(move || browser::focus_first(&goes_to));
    };
    match word {
        "react" => room.react(message, value),
        "reply" => room.answer(message),
        "edit" => room.edit(message),
        "delete" => {
            turn(Face::Question);
            focus_in(" .message-actions button");
        }
        "keep" => {
            turn(Face::Actions);
            focus_in("");
        }
        "delete-now" => {
            room.delete(seq);
            focus_in("");
        }
        "retry" => room.retry(&message.cid),
        "rewrite" => room.rewrite(&message.cid),
        "copy" => return room.copy(&room.address_of(seq)),
        _ => return false,
    }
    true
}

fn typed(room: Room, target: &Element) {
    match target.id().as_str() {
        "message" => room.typed(),
        "finder" => {
            let input: &HtmlInputElement = target.unchecked_ref();
            room.looked_for(input.value());
        }
        _ => {}
    }
}

/// A key that the message box does not take.
fn pressed(room: Room, event: &KeyboardEvent, target: &Element) {
    if browser::composes(event) {
        return;
    }
    let is_finding = room.now().finding.is_some();
    let with_control = event.ctrl_key() || event.meta_key();
    let is_writing = matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA");
    match (event.key().as_str(), is_finding) {
        ("k" | "K", _) if with_control => room.find(),
        ("Escape", _) if event.shift_key() => room.read_all(),
        ("Escape", true) => room.find_no_more(),
        // Nothing else of the page can be reached meanwhile.
        ("Tab", true) => {}
        ("ArrowDown", true) => room.step_found(1),
        ("ArrowUp", true) => room.step_found(-1),
        ("Enter", true) => room.take_found(),
        ("Escape", false) => {
            browser::close_menus(None);
            room.activate("");
            return room.open_drawer(Drawer::None);
        }
        ("ArrowDown", false) if !is_writing => return browser::focus_message(1),
        ("ArrowUp", false) if !is_writing => return browser::focus_message(-1),
        ("?", false) if !is_writing => browser::toggle("help"),
        _ => return,
    }
    event.prevent_default();
}

impl Room {
    pub(crate) fn open_drawer(self, drawer: Drawer) {
        let before = self.now().drawer;
        if before == drawer {
            return;
        }
        self.change(|state| state.drawer = drawer);
        // The keyboard follows the drawer in, and back to where it was opened from.
        let goes_to = match (before, drawer) {
            (_, Drawer::Rooms) => "rooms-close",
            (_, Drawer::People) => "people-close",
            (Drawer::Rooms, _) => "rooms-toggle",
            _ => "people-toggle",
        };
        browser::when_drawn(move || browser::focus_on(goes_to));
    }

    /// Connects now instead of later.
    fn try_now(self) {
        self.driver().tell(|engine, now| match engine.link() {
            Link::Stopped(_) => engine.connect(now),
            _ => engine.wake(now),
        });
        self.show();
    }

    /// All that has come counts as read, on all devices.
    fn read_all(self) {
        self.driver().tell(|engine, now| engine.read_all(now));
        self.show();
    }

    /// Shows the colours at once, and has them remembered.
    fn choose_theme(self, theme: &str) {
        let theme = Theme::parse(theme).unwrap_or_default();
        browser::set_theme(theme);
        self.change(|state| state.theme = theme);
        connection::post("/settings", format!("theme={}&next=/", theme.as_str()));
    }

    fn react(self, message: &Message, emoji: &str) {
        let seq = message.seq.unwrap_or_default();
        let is_on = message
            .reactions
            .iter()
            .any(|reaction| reaction.mine && reaction.emoji == emoji);
        let (cid, at) = (browser::new_cid(), browser::time_of_day());
        let told = self
            .driver()
            .tell(|engine, now| engine.react(now, cid, seq, emoji, !is_on, at));
        self.told(told.err());
    }

    fn delete(self, seq: u64) {
        let (cid, at) = (browser::new_cid(), browser::time_of_day());
        let told = self
            .driver()
            .tell(|engine, now| engine.delete(now, cid, seq, at));
        self.activate("");
        self.told(told.err());
    }

    fn told(self, refused: Option<protocol::Reason>) {
        if let Some(reason) = refused {
            self.toast(&(self.texts().refused)(reason));
        }
    }

    /// Goes to the message at this seq, if it is in the list.
    fn go(self, seq: &str) -> bool {
        let place = seq.parse().map(place).unwrap_or_default();
        browser::go_to_element(&place)
    }

    /// Opens the page at this path at the node the chat goes on at; false where that is the one the page came from.
    fn goes_on_at(self, path: &str) -> bool {
        let moved = self.driver().read(|engine| {
            let moved = engine.elsewhere();
            moved.map(|(node, token)| (format!("{node}/enter"), token.to_owned()))
        });
        let posted = moved.map(|(url, token)| {
            browser::post_away(&url, [("token", &token), ("next", path)]).unwrap_or_default()
        });
        posted.is_some()
    }

    /// Copies an address of ours; false where a page may not.
    fn copy(self, path: &str) -> bool {
        let can = browser::copy_address(path);
        if can {
            self.toast(self.texts().copied);
        }
        can
    }
}
