//! Says who is writing.

use leptos::prelude::*;

use crate::room::Room;

#[component]
pub(crate) fn TypingLine(room: Room) -> impl IntoView {
    let texts = room.texts();
    let says = room.says(|state| {
        let names: Vec<&str> = state
            .typists
            .iter()
            .map(|person| person.name.as_str())
            .collect();
        (texts.typing)(&names)
    });
    view! {
        <p class="typing-line" role="status" dir="auto">
            {says}
        </p>
    }
}
