//! A line that says where a day begins.

use leptos::prelude::*;

use crate::{calendar::Day, room::Room};

#[component]
pub(crate) fn DayLine(room: Room, day: Day) -> impl IntoView {
    view! {
        <h2 class="day-line">
            <span class="day-line__label">
                {move || room.clock.with(|clock| clock.day_label(day))}
            </span>
        </h2>
    }
}
