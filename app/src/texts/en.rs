//! English.

use protocol::{Kind, Reason, limits};

use super::{Texts, is_banned};

pub(crate) static EN: Texts = Texts {
    #[cfg(feature = "ssr")]
    tagline: "Type a name and start talking.",
    #[cfg(feature = "ssr")]
    your_name: "Your name",
    #[cfg(feature = "ssr")]
    name_hint: "Others in the room will see it.",
    #[cfg(feature = "ssr")]
    join: "Join",

    settings: "Settings",
    language: "Language",
    theme: "Theme",
    theme_system: "System",
    theme_light: "Light",
    theme_dark: "Dark",
    signed_in_as: |name| format!("You are {name}"),
    shortcuts: "Shortcuts",
    leave: "Leave",

    account: "Your account",
    rooms: "Rooms",
    talks: "Direct talk",
    no_talks: "Pick somebody from the people list to talk to them alone.",
    browse: "Browse rooms",
    new_room: "New room",
    new_group: "New group",
    read_all: "Mark all as read",
    room_label: |title, unread, mentions| match (unread, mentions) {
        (0, _) => title.to_owned(),
        (unread, 0) => format!("{title}, {unread} unread"),
        (unread, 1) => format!("{title}, {unread} unread, 1 mention"),
        (unread, mentions) => format!("{title}, {unread} unread, {mentions} mentions"),
    },
    about: "About this room",
    find: "Go to a room or a person",
    find_hint: "Where to?",
    found_nothing: "Nothing is called like that.",
    talk: "Talk",
    talk_to: |name| format!("Talk to {name}"),

    #[cfg(feature = "ssr")]
    skip_to_message: "Skip to the message box",
    messages: "Messages",
    no_messages: "Nothing here yet. Say hello.",
    room_begins: "This is where the room begins.",
    talk_begins: |name| format!("Only you and {name} can read this. Say hello."),
    new_since: "New",
    older: "Show older messages",
    older_loading: "Loading messages…",
    #[cfg(feature = "ssr")]
    newest: "Back to the newest messages",
    jump: |new| match new {
        0 => "Jump to newest".to_owned(),
        _ => format!("Jump to newest, {new} new"),
    },
    today: "Today",
    yesterday: "Yesterday",
    #[cfg(feature = "ssr")]
    weekdays: [
        "Sunday",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
    ],
    #[cfg(feature = "ssr")]
    date: |weekday, year, month, date| format!("{weekday}, {date} {} {year}", MONTHS[month - 1]),

    pending: "Sending…",
    unknown: "Making sure it was sent…",
    failed: "Not sent",
    retry: "Retry",
    edit_again: "Edit again",
    changing: "Changing…",
    edited: "edited",
    deleted: "Message deleted",
    quote_unknown: "An older message",
    actions: "What to do with this message",
    react: "React with",
    reply: "Reply",
    edit: "Edit",
    delete: "Delete",
    delete_ask: "Delete this message?",
    keep: "Keep it",
    copy_link: "Copy link",
    copied: "The link is copied.",
    not_changed: "The message could not be changed.",

    joined: |name| format!("{name} joined"),
    left: |name| format!("{name} left"),
    joined_count: |count| format!("{count} joined"),
    left_count: |count| format!("{count} left"),
    fact: |kind, by, who, text| match kind {
        Kind::Added if by == who => format!("{by} came in"),
        Kind::Added => format!("{by} let {who} in"),
        Kind::Removed if by == who => format!("{who} left this room"),
        Kind::Removed => format!("{by} put {who} out"),
        Kind::Renamed => format!("{by} called this room “{text}”"),
        _ if text.is_empty() => format!("{by} took the topic away"),
        _ => format!("{by} set the topic: {text}"),
    },
    gone: |title, message| match message {
        "" => format!("You are not in {title} any more."),
        _ => format!("You are not in {title} any more: {message}"),
    },
    list,
    list_separator: ", ",
    typing: |names| match names {
        [] => String::new(),
        [name] => format!("{name} is typing…"),
        [_, _] | [_, _, _] => format!("{} are typing…", list(names)),
        _ => "Several people are typing…".to_owned(),
    },
    people_online: "People online",
    online: |count| format!("Online · {count}"),
    people_online_count: |count| format!("People online, {count}"),
    members: |count| match count {
        None => "People".to_owned(),
        Some(count) => format!("People · {count}"),
    },
    people_more: |count| format!("and {count} more"),
    people_stale: "This list may be out of date.",
    you: "(you)",
    close: "Close",

    message: "Message",
    message_placeholder: |title| format!("Message {title}"),
    send: "Send",
    mention: "People to mention",
    editing: "Editing your message",
    answering: |name| format!("Replying to {name}"),
    cancel: "Cancel",
    characters_left: |count| format!("{count} {} left", characters(count)),
    characters_over: |count| format!("{count} {} too many", characters(count)),
    refused,

    notify_ask: "Tell you about messages for you when you are elsewhere?",
    notify_yes: "Yes, tell me",
    notify_no: "No",

    connection_lost: "Connection lost.",
    trying_in: |seconds| format!("Trying again in {seconds} s."),
    trying: "Trying again…",
    will_be_sent: "What you write is sent when it is back.",
    try_now: "Try now",
    stopped: |code| match code {
        code if is_banned(code) => "You have been banned from here.".to_owned(),
        _ => format!("The connection was closed (code {code})."),
    },
    #[cfg(feature = "ssr")]
    start_failed: "The live view could not start. You can go on reading and writing here; \
                   reload to see new messages.",
    #[cfg(feature = "ssr")]
    no_scripts: "Scripts are off: reload to see new messages.",
    #[cfg(feature = "ssr")]
    reload: "Reload",

    #[cfg(feature = "ssr")]
    problem: |status| match status {
        403 => (
            "This is not for you",
            "You may not see this page, or the form came from another site.",
        ),
        404 => (
            "There is nothing here",
            "The address may be mistyped, or the room may be gone.",
        ),
        413 => (
            "That was too much",
            "What was sent is larger than a message may be.",
        ),
        429 => ("Too fast", "Wait a few seconds, then try again."),
        503 => (
            "Not now",
            "The chat cannot be reached at the moment. Try again in a minute.",
        ),
        400..=499 => (
            "That did not work",
            "The request was not understood. Go back and try again.",
        ),
        _ => (
            "Something broke",
            "The fault is on our side. What was sent before is safe.",
        ),
    },
    #[cfg(feature = "ssr")]
    back: "Back to the chat",
};

#[cfg(feature = "ssr")]
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [name] => (*name).to_owned(),
        [names @ .., last] => format!("{} and {last}", names.join(", ")),
    }
}

fn characters(count: u64) -> &'static str {
    if count == 1 {
        "character"
    } else {
        "characters"
    }
}

fn refused(reason: Reason) -> String {
    let text = match reason {
        Reason::BodyEmpty => "Write something first.",
        Reason::BodyTooLong => {
            return format!(
                "A message has at most {} characters.",
                thousands(limits::BODY_CHARS_MAX)
            );
        }
        Reason::BodyControl => "The message holds control characters, which cannot be shown.",
        #[cfg(feature = "ssr")]
        Reason::NameEmpty => "Type a name first.",
        #[cfg(feature = "ssr")]
        Reason::NameTooLong => {
            return format!("A name has at most {} characters.", limits::NAME_CHARS_MAX);
        }
        #[cfg(feature = "ssr")]
        Reason::NameControl => "The name holds characters that cannot be seen.",
        #[cfg(feature = "ssr")]
        Reason::NameTaken => {
            "Somebody already has this name, or one that looks like it. Choose another."
        }
        #[cfg(feature = "ssr")]
        Reason::NameReserved => "This name is kept for the system. Choose another.",
        Reason::RoomUnknown => "There is no such room.",
        #[cfg(feature = "ssr")]
        Reason::PersonUnknown => "There is nobody by this name.",
        Reason::MessageUnknown => "This message is not there any more.",
        Reason::NotAllowed => "This is for the room's owner or an administrator.",
        Reason::Silenced => "You cannot write in this room at the moment.",
        Reason::BadReaction => "Choose one emoji that the message does not have 20 others beside.",
        #[cfg(feature = "ssr")]
        Reason::RoomFull => "This room is full.",
        #[cfg(feature = "ssr")]
        Reason::TooManyRooms => {
            "You, or who is to come in, are in as many rooms as one can be. Leave another one first."
        }
        #[cfg(feature = "ssr")]
        Reason::RoomNameTaken => "There is a room of this name already. Choose another name.",
        #[cfg(feature = "ssr")]
        Reason::TopicTooLong => {
            return format!(
                "A topic has at most {} characters.",
                limits::TOPIC_CHARS_MAX
            );
        }
        #[cfg(feature = "ssr")]
        Reason::PasswordWrong => "The name and the password do not belong together.",
        #[cfg(feature = "ssr")]
        Reason::PasswordShort => {
            return format!(
                "A password has at least {} characters.",
                limits::PASSWORD_CHARS_MIN
            );
        }
        #[cfg(feature = "ssr")]
        Reason::PasswordLong => "This password is too long.",
        Reason::Banned => "An administrator has banned you.",
        Reason::Kicked => "Your connection was ended. You may come back.",
        Reason::Elsewhere => "You have connected somewhere else. Only one connection stays.",
        Reason::CidConflict => "This was sent before with another text.",
        Reason::RateLimited => "Too many messages at once. Wait a moment.",
        Reason::StoreBusy => "The chat is busy. Try again in a moment.",
        Reason::StoreFull => "The chat has no room left to store messages. Try again later.",
        Reason::StoreUnavailable => "The chat cannot store messages at the moment. Try again soon.",
        Reason::Stale => "The page was too old. Please try again.",
        Reason::Malformed | Reason::UnknownCommand | Reason::BadHello => {
            "This page does not fit the server any more. Reload it."
        }
        Reason::Unknown => "This was refused.",
        // Those of forms.
        #[cfg(not(feature = "ssr"))]
        _ => "This was refused.",
    };
    text.to_owned()
}

fn thousands(number: usize) -> String {
    if number < 1_000 {
        number.to_string()
    } else {
        format!("{},{:03}", number / 1_000, number % 1_000)
    }
}
