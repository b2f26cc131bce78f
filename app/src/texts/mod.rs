//! Every text of the page, in every language: one struct, so that a missing text does not compile.

mod en;
#[cfg(feature = "ssr")]
mod help;
#[cfg(feature = "ssr")]
mod people;
#[cfg(feature = "ssr")]
mod rooms;
mod zh;

use protocol::{Close, Kind, Reason};

pub(crate) use en::EN;
#[cfg(feature = "ssr")]
pub(crate) use help::HelpTexts;
#[cfg(feature = "ssr")]
pub(crate) use people::PeopleTexts;
#[cfg(feature = "ssr")]
pub(crate) use rooms::RoomsTexts;
pub(crate) use zh::ZH;

/// The texts of one language. What depends on a number or a name is a function.
#[cfg_attr(not(feature = "ssr"), allow(dead_code))] // the server's own pages use the rest
pub struct Texts {
    // Joining
    #[cfg(feature = "ssr")]
    pub(crate) tagline: &'static str,
    #[cfg(feature = "ssr")]
    pub(crate) your_name: &'static str,
    #[cfg(feature = "ssr")]
    pub(crate) name_hint: &'static str,
    #[cfg(feature = "ssr")]
    pub(crate) join: &'static str,

    // Settings
    pub(crate) settings: &'static str,
    pub(crate) language: &'static str,
    pub(crate) theme: &'static str,
    pub(crate) theme_system: &'static str,
    pub(crate) theme_light: &'static str,
    pub(crate) theme_dark: &'static str,
    pub(crate) signed_in_as: fn(name: &str) -> String,
    pub(crate) shortcuts: &'static str,
    pub(crate) leave: &'static str,

    // The rooms, and how one gets about
    pub(crate) account: &'static str,
    pub(crate) rooms: &'static str,
    pub(crate) talks: &'static str,
    pub(crate) no_talks: &'static str,
    pub(crate) browse: &'static str,
    pub(crate) new_room: &'static str,
    pub(crate) new_group: &'static str,
    pub(crate) read_all: &'static str,
    pub(crate) room_label: fn(title: &str, unread: u64, mentions: u64) -> String,
    pub(crate) about: &'static str,
    pub(crate) find: &'static str,
    pub(crate) find_hint: &'static str,
    pub(crate) found_nothing: &'static str,
    pub(crate) talk: &'static str,
    pub(crate) talk_to: fn(name: &str) -> String,

    // The list of messages
    #[cfg(feature = "ssr")]
    pub(crate) skip_to_message: &'static str,
    pub(crate) messages: &'static str,
    pub(crate) no_messages: &'static str,
    pub(crate) room_begins: &'static str,
    pub(crate) talk_begins: fn(name: &str) -> String,
    pub(crate) new_since: &'static str,
    pub(crate) older: &'static str,
    pub(crate) older_loading: &'static str,
    #[cfg(feature = "ssr")]
    pub(crate) newest: &'static str,
    pub(crate) jump: fn(new: u64) -> String,
    pub(crate) today: &'static str,
    pub(crate) yesterday: &'static str,
    #[cfg(feature = "ssr")]
    pub(crate) weekdays: [&'static str; 7],
    #[cfg(feature = "ssr")]
    pub(crate) date: fn(weekday: &str, year: i64, month: usize, date: u8) -> String,

    // One message
    pub(crate) pending: &'static str,
    pub(crate) unknown: &'static str,
    pub(crate) failed: &'static str,
    pub(crate) retry: &'static str,
    pub(crate) edit_again: &'static str,
    pub(crate) changing: &'static str,
    pub(crate) edited: &'static str,
    pub(crate) deleted: &'static str,
    pub(crate) quote_unknown: &'static str,
    pub(crate) actions: &'static str,
    pub(crate) react: &'static str,
    pub(crate) reply: &'static str,
    pub(crate) edit: &'static str,
    pub(crate) delete: &'static str,
    pub(crate) delete_ask: &'static str,
    pub(crate) keep: &'static str,
    pub(crate) copy_link: &'static str,
    pub(crate) copied: &'static str,
    pub(crate) not_changed: &'static str,

    // Who comes, goes, writes
    pub(crate) joined: fn(name: &str) -> String,
    pub(crate) left: fn(name: &str) -> String,
    pub(crate) joined_count: fn(u64) -> String,
    pub(crate) left_count: fn(u64) -> String,
    pub(crate) fact: fn(kind: Kind, by: &str, who: &str, text: &str) -> String,
    pub(crate) gone: fn(title: &str, message: &str) -> String,
    pub(crate) list: fn(names: &[&str]) -> String,
    pub(crate) list_separator: &'static str,
    pub(crate) typing: fn(names: &[&str]) -> String,
    pub(crate) people_online: &'static str,
    pub(crate) online: fn(u64) -> String,
    pub(crate) people_online_count: fn(u64) -> String,
    pub(crate) members: fn(Option<u64>) -> String,
    pub(crate) people_more: fn(u64) -> String,
    pub(crate) people_stale: &'static str,
    pub(crate) you: &'static str,
    pub(crate) close: &'static str,

    // Writing
    pub(crate) message: &'static str,
    pub(crate) message_placeholder: fn(title: &str) -> String,
    pub(crate) send: &'static str,
    pub(crate) mention: &'static str,
    pub(crate) editing: &'static str,
    pub(crate) answering: fn(name: &str) -> String,
    pub(crate) cancel: &'static str,
    pub(crate) characters_left: fn(u64) -> String,
    pub(crate) characters_over: fn(u64) -> String,
    pub(crate) refused: fn(Reason) -> String,

    // Notifications
    pub(crate) notify_ask: &'static str,
    pub(crate) notify_yes: &'static str,
    pub(crate) notify_no: &'static str,

    // The connection
    pub(crate) connection_lost: &'static str,
    pub(crate) trying_in: fn(seconds: u64) -> String,
    pub(crate) trying: &'static str,
    pub(crate) will_be_sent: &'static str,
    pub(crate) try_now: &'static str,
    pub(crate) stopped: fn(code: u16) -> String,
    #[cfg(feature = "ssr")]
    pub(crate) start_failed: &'static str,
    #[cfg(feature = "ssr")]
    pub(crate) no_scripts: &'static str,
    #[cfg(feature = "ssr")]
    pub(crate) reload: &'static str,

    // Pages that tell of a problem
    #[cfg(feature = "ssr")]
    pub(crate) problem: fn(status: u16) -> (&'static str, &'static str),
    #[cfg(feature = "ssr")]
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
