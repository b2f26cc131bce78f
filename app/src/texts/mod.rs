//! Every text of the page, in every language: one struct, so that a missing text does not compile.

mod en;
mod zh;

use protocol::{Close, Reason};

pub(crate) use en::EN;
pub(crate) use zh::ZH;

/// The texts of one language. What depends on a number or a name is a function.
#[cfg_attr(not(feature = "ssr"), allow(dead_code))] // the server's own pages use the rest
pub struct Texts {
    // Joining
    pub(crate) tagline: &'static str,
    pub(crate) your_name: &'static str,
    pub(crate) name_hint: &'static str,
    pub(crate) join: &'static str,

    // Settings
    pub(crate) settings: &'static str,
    pub(crate) language: &'static str,
    pub(crate) theme: &'static str,
    pub(crate) theme_system: &'static str,
    pub(crate) theme_light: &'static str,
    pub(crate) theme_dark: &'static str,
    pub(crate) signed_in_as: fn(name: &str) -> String,
    pub(crate) leave: &'static str,

    // The list of messages
    pub(crate) skip_to_message: &'static str,
    pub(crate) messages: &'static str,
    pub(crate) no_messages: &'static str,
    pub(crate) room_begins: &'static str,
    pub(crate) older: &'static str,
    pub(crate) older_loading: &'static str,
    pub(crate) newest: &'static str,
    pub(crate) jump: fn(new: u64) -> String,
    pub(crate) today: &'static str,
    pub(crate) yesterday: &'static str,
    pub(crate) weekdays: [&'static str; 7],
    pub(crate) date: fn(weekday: &str, year: i64, month: usize, date: u8) -> String,

    // One message
    pub(crate) pending: &'static str,
    pub(crate) unknown: &'static str,
    pub(crate) failed: &'static str,
    pub(crate) retry: &'static str,
    pub(crate) edit_again: &'static str,

    // Who comes, goes, writes
    pub(crate) joined: fn(name: &str) -> String,
    pub(crate) left: fn(name: &str) -> String,
    pub(crate) joined_count: fn(u64) -> String,
    pub(crate) left_count: fn(u64) -> String,
    pub(crate) list: fn(names: &[&str]) -> String,
    pub(crate) list_separator: &'static str,
    pub(crate) typing: fn(names: &[&str]) -> String,
    pub(crate) people_online: &'static str,
    pub(crate) online: fn(u64) -> String,
    pub(crate) people_online_count: fn(u64) -> String,
    pub(crate) people_more: fn(u64) -> String,
    pub(crate) people_stale: &'static str,
    pub(crate) you: &'static str,
    pub(crate) close: &'static str,

    // Writing
    pub(crate) message: &'static str,
    pub(crate) message_placeholder: fn(room: &str) -> String,
    pub(crate) send: &'static str,
    pub(crate) characters_left: fn(u64) -> String,
    pub(crate) characters_over: fn(u64) -> String,
    pub(crate) refused: fn(Reason) -> String,

    // The connection
    pub(crate) connection_lost: &'static str,
    pub(crate) trying_in: fn(seconds: u64) -> String,
    pub(crate) trying: &'static str,
    pub(crate) will_be_sent: &'static str,
    pub(crate) try_now: &'static str,
    pub(crate) stopped: fn(code: u16) -> String,
    pub(crate) start_failed: &'static str,
    pub(crate) no_scripts: &'static str,
    pub(crate) reload: &'static str,

    // Pages that tell of a problem
    pub(crate) problem: fn(status: u16) -> (&'static str, &'static str),
    pub(crate) back: &'static str,
}

/// Whether a socket closed with this code because of who is signed in.
fn is_banned(code: u16) -> bool {
    code == Close::Banned.code()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_read_as_people_say_them() {
        assert_eq!((EN.jump)(0), "Jump to newest");
        assert_eq!((EN.jump)(3), "Jump to newest, 3 new");
        assert_eq!((EN.characters_over)(1), "1 character too many");
        assert_eq!((EN.characters_over)(2), "2 characters too many");
        assert_eq!((EN.list)(&["Ann"]), "Ann");
        assert_eq!((EN.list)(&["Ann", "Bob"]), "Ann and Bob");
        assert_eq!((EN.list)(&["Ann", "Bob", "Cyd"]), "Ann, Bob and Cyd");
        assert_eq!((ZH.jump)(3), "跳到最新，3 条新消息");
        assert_eq!((ZH.list)(&["李雷", "韩梅梅"]), "李雷、韩梅梅");
    }

    #[test]
    fn few_who_type_are_named_and_many_are_not() {
        assert_eq!((EN.typing)(&["Bob"]), "Bob is typing…");
        assert_eq!((EN.typing)(&["Bob", "Cyd"]), "Bob and Cyd are typing…");
        assert_eq!(
            (EN.typing)(&["a", "b", "c", "d"]),
            "Several people are typing…"
        );
        assert_eq!((ZH.typing)(&["李雷"]), "李雷 正在输入…");
    }

    #[test]
    fn a_limit_in_a_text_is_the_limit() {
        assert!((EN.refused)(Reason::BodyTooLong).contains("4,000"));
        assert!((ZH.refused)(Reason::NameTooLong).contains("32"));
    }
}
