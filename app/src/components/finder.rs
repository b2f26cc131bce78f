//! Goes to a room or to somebody by a few letters of the name.

use crate::{
    finding::{Finding, Found},
    piece::{Piece, button, piece},
    room::Room,
    room_state::State,
};

use super::{
    avatar::avatar,
    icon::{Icon, drawing},
    people_list::talk_button,
};

/// None while nobody looks for anything.
pub(crate) fn finder(room: Room, state: &State) -> Option<Piece> {
    let finding = state.finding.as_ref()?;
    let texts = room.texts();
    let found = finding.found(state, &room.me());
    let items: Vec<Piece> = found
        .iter()
        .enumerate()
        .map(|(at, found)| item(room, at, found, at == finding.chosen))
        .collect();
    let none = items
        .is_empty()
        .then(|| piece("p", "finder__none").says(texts.found_nothing));
    let input = piece("input", "finder__input")
        .attr("id", "finder")
        .attr("type", "text")
        .attr("role", "combobox")
        .attr("aria-expanded", "true")
        .attr("aria-controls", "found")
        .attr("aria-activedescendant", &Finding::place(finding.chosen))
        .attr("aria-label", texts.find)
        .attr("placeholder", texts.find_hint)
        .attr("autocomplete", "off")
        .attr("spellcheck", "false");
    let list = piece("div", "finder__found")
        .attr("id", "found")
        .attr("role", "listbox")
        .attr("aria-label", texts.find)
        .with_all(items);
    let dialog = piece("div", "finder")
        .attr("role", "dialog")
        .attr("aria-modal", "true")
        .attr("aria-label", texts.find)
        .with(input)
        .with(list)
        .with_some(none);
    let shade = button("finder__shade", "leave-finder")
        .attr("tabindex", "-1")
        .attr("aria-label", texts.close);
    Some(piece("div", "finder-layer").with(shade).with(dialog))
}

fn item(room: Room, at: usize, found: &Found<'_>, is_chosen: bool) -> Piece {
    let (link, sign, says) = match found {
        Found::Room(view) => {
            let link = button("finder__item", "room").attr("data-value", view.id.as_str());
            let icon = match view.kind.is_personal() {
                true => drawing(Icon::PEOPLE),
                false => piece("span", "finder__sign").says("#"),
            };
            (link, icon, view.title.as_str())
        }
        Found::Person(person) => {
            let link = talk_button("finder__item", &person.id);
            (link, avatar(person), person.name.as_str())
        }
    };
    let talk = matches!(found, Found::Person(_))
        .then(|| piece("span", "finder__kind").says(room.texts().talk));
    link.key(says)
        .attr("id", &Finding::place(at))
        .attr("role", "option")
        .attr("tabindex", "-1")
        .is("aria-selected", is_chosen)
        .with(sign)
        .written("span", "finder__title", says)
        .with_some(talk)
}
