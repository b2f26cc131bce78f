//! A line that says where a day begins.

use leptos::prelude::*;

use crate::{calendar::Day, room::Room};

#[component]
pub(crate) fn DayLine(room: Room, day: Day) -> impl IntoView {
    let label = Signal::derive(move || room.clock.with(|clock| clock.day_label(day)));
    view! {
        <h2 class="day-line">
            <span class="day-line__label">{label}</span>
        </h2>
    }
}
