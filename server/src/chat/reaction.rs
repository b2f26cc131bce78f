//! What may stand beside a message as a reaction: one emoji, of however many code points.

use protocol::limits;

/// Whether it is no text: signs beyond ASCII, none of them a letter, a space or invisible but for what joins an emoji's parts.
/// A digit may be the first part of a keycap.
pub(super) fn is_fit(reaction: &str) -> bool {
    let begins = reaction.chars().next().is_some_and(|c| !joins(c));
    let is_keycap = reaction.ends_with(KEYCAP);
    let fits = |c: char| match c {
        '0'..='9' | '#' | '*' => is_keycap,
        c => joins(c) || is_sign(c),
    };
    begins && reaction.chars().count() <= limits::REACTION_CHARS_MAX && reaction.chars().all(fits)
}

const KEYCAP: char = '\u{20E3}';

/// Joiner, variation selectors, keycap, skin tones, and the tags that make flags of regions.
fn joins(c: char) -> bool {
    matches!(c,
        '\u{200D}' | '\u{FE0E}' | '\u{FE0F}' | KEYCAP | '\u{1F3FB}'..='\u{1F3FF}' | '\u{E0020}'..='\u{E007F}')
}

fn is_sign(c: char) -> bool {
    let is_letter = c.is_alphanumeric() && !is_pictograph(c);
    let is_hidden = matches!(c,
        '\u{00AD}' | '\u{0300}'..='\u{036F}' | '\u{061C}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}'
        | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
        | '\u{FFF0}'..='\u{FFFF}' | '\u{E0000}'..);
    !c.is_ascii() && !c.is_control() && !c.is_whitespace() && !is_letter && !is_hidden
}

/// Squared letters and circled signs are emoji, too: 🅰, ㊗, Ⓜ.
fn is_pictograph(c: char) -> bool {
    matches!(c, 'Ⓜ' | 'ℹ' | '㊗' | '㊙' | '\u{1F000}'..='\u{1FAFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emoji_is_fit_whatever_it_is_made_of() {
        for emoji in [
            "👍",
            "❤️",
            "👍🏽",
            "👩‍👩‍👧‍👦",
            "🇨🇳",
            "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
            "1️⃣",
            "#️⃣",
            "🅰️",
            "Ⓜ️",
            "ℹ️",
            "㊗️",
            "✅",
            "©️",
            "☺",
        ] {
            assert!(is_fit(emoji), "{emoji}");
        }
    }

    #[test]
    fn text_and_nothing_are_not() {
        for text in [
            "",
            " ",
            "a",
            "1",
            "ok",
            "👍 ",
            "👍a",
            "+1",
            ":)",
            "<b>",
            "好",
            "é",
            "\u{200D}",
            "\u{FE0F}",
            "\u{202E}👍",
            "👍\n",
            "\u{0}",
            "１",
            "e\u{0301}",
        ] {
            assert!(!is_fit(text), "{text:?}");
        }
        assert!(!is_fit(&"👍".repeat(limits::REACTION_CHARS_MAX + 1)));
    }
}
