//! Somebody as a coloured square with initials.

use protocol::Person;

use crate::piece::{Piece, piece};

/// How many colours `avatar.css` has.
const COLOURS: u32 = 8;

/// The initials of somebody, in a colour of their own. Only a picture: the name stands beside it.
pub(crate) fn avatar(person: &Person) -> Piece {
    let class = format!("avatar avatar--{}", colour(person.id.as_str()));
    piece("span", &class)
        .attr("aria-hidden", "true")
        .says(&initials(person.name.as_str()))
}

fn colour(id: &str) -> u32 {
    id.bytes().fold(7, |hash: u32, byte| {
        hash.wrapping_mul(31).wrapping_add(u32::from(byte))
    }) % COLOURS
}

/// The first letters of the first two words; the style sheet makes them capitals.
fn initials(name: &str) -> String {
    name.split(' ')
        .filter_map(|word| word.chars().next())
        .take(2)
        .collect()
}

#[cfg(feature = "ssr")]
mod page {
    use leptos::prelude::*;
    use protocol::Person;

    /// [`avatar`](super::avatar), for the server's own pages.
    #[component]
    pub(crate) fn Avatar(person: Person) -> impl IntoView {
        super::avatar(&person)
    }
}

#[cfg(feature = "ssr")]
pub(crate) use page::Avatar;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_those_of_the_first_two_words() {
        assert_eq!(initials("ann"), "a");
        assert_eq!(initials("Ann Bea Lee"), "AB");
        assert_eq!(initials("李雷"), "李");
    }
}
