//! English.

use protocol::{Reason, limits};

use super::{Texts, is_banned};

pub(crate) static EN: Texts = Texts {
    tagline: "Type a name and start talking.",
    your_name: "Your name",
    name_hint: "Others in the room will see it.",
    join: "Join",

    settings: "Settings",
    language: "Language",
    theme: "Theme",
    theme_system: "System",
    theme_light: "Light",
    theme_dark: "Dark",
    signed_in_as: |name| format!("You are {name}"),
    leave: "Leave",

    skip_to_message: "Skip to the message box",
    messages: "Messages",
    no_messages: "Nothing here yet. Say hello.",
    room_begins: "This is where the room begins.",
    older: "Show older messages",
    older_loading: "Loading older messages…",
    newest: "Back to the newest messages",
    jump: |new| match new {
        0 => "Jump to newest".to_owned(),
        _ => format!("Jump to newest, {new} new"),
    },
    today: "Today",
    yesterday: "Yesterday",
    weekdays: [
        "Sunday",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
    ],
    date: |weekday, year, month, date| format!("{weekday}, {date} {} {year}", MONTHS[month - 1]),

    pending: "Sending…",
    unknown: "Making sure it was sent…",
    failed: "Not sent",
    retry: "Retry",
    edit_again: "Edit again",

    joined: |name| format!("{name} joined"),
    left: |name| format!("{name} left"),
    joined_count: |count| format!("{count} joined"),
    left_count: |count| format!("{count} left"),
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
    people_more: |count| format!("and {count} more"),
    people_stale: "This list may be out of date.",
    you: "(you)",
    close: "Close",

    message: "Message",
    message_placeholder: |room| format!("Message #{room}"),
    send: "Send",
    characters_left: |count| format!("{count} {} left", characters(count)),
    characters_over: |count| format!("{count} {} too many", characters(count)),
    refused,

    connection_lost: "Connection lost.",
    trying_in: |seconds| format!("Trying again in {seconds} s."),
    trying: "Trying again…",
    will_be_sent: "What you write is sent when it is back.",
    try_now: "Try now",
    stopped: |code| match code {
        code if is_banned(code) => "You have been banned from here.".to_owned(),
        _ => format!("The connection was closed (code {code})."),
    },
    start_failed: "The live view could not start. You can go on reading and writing here; \
                   reload to see new messages.",
    no_scripts: "Scripts are off: reload to see new messages.",
    reload: "Reload",

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
    back: "Back to the chat",
};

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
        Reason::NameEmpty => "Type a name first.",
        Reason::NameTooLong => {
            return format!("A name has at most {} characters.", limits::NAME_CHARS_MAX);
        }
        Reason::NameControl => "The name holds characters that cannot be seen.",
        Reason::NameTaken => {
            "Somebody already has this name, or one that looks like it. Choose another."
        }
        Reason::NameReserved => "This name is kept for the system. Choose another.",
        Reason::RoomUnknown => "There is no such room.",
        Reason::PersonUnknown => "There is nobody by this name.",
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
