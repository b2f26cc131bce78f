//! Drawn icons, in the colour of the text around them.

use crate::piece::{Piece, piece};

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
    pub(crate) const ROOMS: Self = Self("M4 6.5h16M4 12h16M4 17.5h10");
    pub(crate) const ADD: Self = Self("M12 5v14M5 12h14");
    pub(crate) const SEARCH: Self =
        Self("M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13M15.5 15.5 20 20");
    pub(crate) const BROWSE: Self =
        Self("M4.5 4.5h6v6h-6zM13.5 4.5h6v6h-6zM4.5 13.5h6v6h-6zM13.5 13.5h6v6h-6z");
    pub(crate) const READ: Self = Self("M2.5 12.5 7 17 16 7M11.5 16.5l.5.5 9-10");
    pub(crate) const REPLY: Self = Self("M9.5 7 4.5 12l5 5M5 12h8.5c3.6 0 6 2.2 6 6");
    pub(crate) const EDIT: Self = Self("M5 19l1-4L16.5 4.5l3 3L9 18zM14 7l3 3");
    pub(crate) const DELETE: Self =
        Self("M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7M10.5 10.5v5.5M13.5 10.5v5.5");
    pub(crate) const LINK: Self = Self(
        "M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1",
    );
    pub(crate) const LOCK: Self = Self("M6.5 11h11v8.5h-11zM8.5 11V8a3.5 3.5 0 0 1 7 0v3");
    pub(crate) const MUTED: Self = Self(
        "M4 4l16 16M9.2 5.2A5.3 5.3 0 0 1 17.3 10c0 2 .4 3.4 1 4.5M6.7 9.5c0 4-1.5 5.5-2 6.5H16M10 19.5h4",
    );
    pub(crate) const INFO: Self =
        Self("M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17M12 11v5.5M12 7.6v.1");
}

/// A picture beside a text; it says nothing to those who do not see it.
pub(crate) fn drawing(icon: Icon) -> Piece {
    let path = piece("path", "").attr("d", icon.0);
    piece("svg", "icon")
        .attr("viewBox", "0 0 24 24")
        .attr("aria-hidden", "true")
        .with(path)
}

/// The mark: two who talk, one answering the other.
pub(crate) fn logo() -> Piece {
    let first =
        "M5 4h14a4 4 0 0 1 4 4v5a4 4 0 0 1-4 4h-8l-5 4.5v-4.6A4 4 0 0 1 2 13V7a3 3 0 0 1 3-3z";
    let second = "M26.5 12A3.5 3.5 0 0 1 30 15.5v6a3.5 3.5 0 0 1-3 3.46V29l-4.6-4H15a3.5 3.5 0 0 1-3.4-3H19a8 8 0 0 0 7.5-8z";
    piece("svg", "logo")
        .attr("viewBox", "0 0 32 32")
        .attr("aria-hidden", "true")
        .with(piece("path", "logo__first").attr("d", first))
        .with(piece("path", "logo__second").attr("d", second))
}

#[cfg(feature = "ssr")]
mod page {
    use leptos::prelude::*;

    /// [`logo`](super::logo), for the server's own pages.
    #[component]
    pub(crate) fn Logo() -> impl IntoView {
        super::logo()
    }
}

#[cfg(feature = "ssr")]
pub(crate) use page::Logo;
