//! Which names count as the same, and which nobody may have.

use protocol::Name;
use unicode_normalization::UnicodeNormalization;
use unicode_security::confusable_detection::skeleton;

/// Names that would pass for the system's voice.
const RESERVED: [&str; 12] = [
    "admin",
    "administrator",
    "all",
    "channel",
    "confab",
    "everyone",
    "here",
    "moderator",
    "notices",
    "root",
    "system",
    "管理员",
];

/// Two names that fold to the same are the same name: case, width and look-alike letters do not tell people apart
/// (NFKC, lower case, then the skeleton of Unicode TR 39).
pub fn fold(name: &Name) -> String {
    fold_part(name.as_str())
}

/// The same for what a name may begin with.
pub fn fold_part(text: &str) -> String {
    let plain = text.nfkc().collect::<String>().to_lowercase();
    let alike = skeleton(&plain)
        .filter(|c| !c.is_whitespace())
        .collect::<String>()
        .to_lowercase();
    alike.replace('i', "l") // a capital I is written like a small L, and both are small here
}

pub fn is_reserved(name: &Name) -> bool {
    let folded = fold(name);
    RESERVED
        .iter()
        .any(|reserved| Name::parse(reserved).is_ok_and(|reserved| fold(&reserved) == folded))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(name: &str) -> String {
        fold(&Name::parse(name).expect("a name"))
    }

    #[test]
    fn names_that_look_the_same_are_the_same() {
        for (one, other) in [
            ("Ann", "ann"),
            ("Ann", "Ａnn"),
            ("paypal", "раураl"),
            ("Ann Lee", "annlee"),
            ("Bill", "BiII"),
            ("Bill", "BILL"),
        ] {
            assert_eq!(folded(one), folded(other), "{one} and {other}");
        }
    }

    #[test]
    fn different_names_are_different() {
        for (one, other) in [("Ann", "Anna"), ("李雷", "韩梅梅"), ("Zoe", "Zoë")] {
            assert_ne!(folded(one), folded(other), "{one} and {other}");
        }
    }

    #[test]
    fn nobody_speaks_as_the_system() {
        for name in ["Admin", "ＡＤＭＩＮ", "system", "C0nfab", "аdmin"] {
            assert!(is_reserved(&Name::parse(name).expect("a name")), "{name}");
        }
        assert!(!is_reserved(&Name::parse("Ann").expect("a name")));
    }
}
