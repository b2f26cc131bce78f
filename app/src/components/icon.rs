//! Drawn icons, in the colour of the text around them.

use leptos::prelude::*;

/// The lines of an icon, in a square of 24.
#[derive(Clone, Copy)]
pub(crate) struct Icon(&'static str);

impl Icon {
    pub(crate) const SEND: Self = Self("M12 19V5M5.5 11.5 12 5l6.5 6.5");
    pub(crate) const DOWN: Self = Self("M12 5v14M5.5 12.5 12 19l6.5-6.5");
    pub(crate) const CLOSE: Self = Self("M6 6l12 12M18 6 6 18");
    pub(crate) const PEOPLE: Self = Self(
        "M9 11.2a3.4 3.4 0 1 0 0-6.8 3.4 3.4 0 0 0 0 6.8M2.8 19.5c.5-3.2 3-5 6.2-5s5.7 1.8 6.2 5\
         M15.8 4.9a3.2 3.2 0 0 1 0 5.9M17.6 14.9c2 .7 3.2 2.3 3.6 4.6",
    );
    pub(crate) const SETTINGS: Self = Self(
        "M4 7h9M17.5 7H20M4 17h2.5M11 17h9M15.2 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M8.7 19.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5",
    );
    pub(crate) const ALERT: Self = Self("M12 8v5M12 16.4v.1M12 3.5 2.5 20h19z");
}

/// A picture beside a text; it says nothing to those who do not see it.
#[component]
pub(crate) fn Drawing(icon: Icon) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d=icon.0></path>
        </svg>
    }
}

/// The mark: two who talk, one answering the other.
#[component]
pub(crate) fn Logo() -> impl IntoView {
    view! {
        <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
            <path class="logo__first" d="M5 4h14a4 4 0 0 1 4 4v5a4 4 0 0 1-4 4h-8l-5 4.5v-4.6A4 4 0 0 1 2 13V7a3 3 0 0 1 3-3z"></path>
            <path class="logo__second" d="M26.5 12A3.5 3.5 0 0 1 30 15.5v6a3.5 3.5 0 0 1-3 3.46V29l-4.6-4H15a3.5 3.5 0 0 1-3.4-3H19a8 8 0 0 0 7.5-8z"></path>
        </svg>
    }
}
