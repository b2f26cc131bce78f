//! A public room's id, made of its name.

use protocol::RoomId;
use unicode_normalization::UnicodeNormalization as _;

/// Shorter ones say too little, as what is left of a name in another script.
const CHARS_MIN: usize = 3;

/// Names of pages, and of rooms that are not people's.
const RESERVED: [&str; 3] = ["new", "notices", "lobby"];

/// How ids of rooms begin that are found by their names.
const RESERVED_STARTS: [&str; 3] = ["inbox", "direct", "notices"];

/// The name in small letters, digits and single hyphens, if that says enough.
pub(super) fn slug(name: &str) -> Option<RoomId> {
    let plain = name.nfkd().collect::<String>().to_lowercase();
    let is_mark = |c: &char| unicode_normalization::char::is_combining_mark(*c);
    let letters = plain.chars().filter(|c| !is_mark(c));
    let cut: String = letters
        .map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' })
        .collect();
    let slug = cut.split_whitespace().collect::<Vec<_>>().join("-");
    let is_taken = RESERVED.contains(&slug.as_str())
        || RESERVED_STARTS.iter().any(|start| slug.starts_with(start));
    if slug.len() < CHARS_MIN || is_taken {
        return None;
    }
    slug.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_is_found_under_what_it_is_called() {
        for (name, wanted) in [
            ("Tea time", Some("tea-time")),
            ("  Café & Cake!  ", Some("cafe-cake")),
            ("C++", None),
            ("产品讨论", None),
            ("产品 team", Some("team")),
            ("New", None),
            ("Inbox 7", None),
            ("direct-a-b", None),
        ] {
            let id = slug(name);
            assert_eq!(id.as_ref().map(RoomId::as_str), wanted, "{name}");
        }
    }
}
