//! Why something was not done, in words for who wrote it.

use protocol::{Reason, limits};

/// What is wrong, and what to do.
pub(super) fn words(reason: Reason, retry_after_ms: Option<u64>) -> String {
    let text = match reason {
        Reason::RateLimited => {
            let secs = retry_after_ms.unwrap_or_default().div_ceil(1_000).max(1);
            return format!("Too much at once. Try again in {secs} s.");
        }
        Reason::BodyTooLong => {
            let (chars, bytes) = (limits::BODY_CHARS_MAX, limits::BODY_BYTES_MAX);
            return format!("A message has at most {chars} characters and {bytes} bytes.");
        }
        Reason::NameTooLong => {
            return format!("A name has at most {} characters.", limits::NAME_CHARS_MAX);
        }
        Reason::BodyEmpty => "The content is empty. Write something first.",
        Reason::BodyControl => "The content holds control characters. Leave them out.",
        Reason::NameEmpty => "The sender is empty. Choose a name.",
        Reason::NameControl => "The name holds characters that cannot be seen. Choose another.",
        Reason::NameTaken => {
            "Somebody else has this name, or one that looks the same. Choose another."
        }
        Reason::NameReserved => "This name is kept for the system. Choose another.",
        Reason::RoomUnknown => {
            "There is no such room, or you are not in it. Subscribe to it first."
        }
        Reason::PersonUnknown => "There is nobody of this name. Look at how it is written.",
        Reason::NotAllowed => "This is not for you to do.",
        Reason::Silenced => "You may not write in this room at the moment.",
        Reason::RoomFull => "This room is full.",
        Reason::TooManyRooms => "You are in as many rooms as one may be in. Leave one first.",
        Reason::Banned => "An administrator has banned you.",
        Reason::Stale => "You are signed out. Connect again.",
        Reason::StoreBusy => "The server is busy. Send it again.",
        Reason::StoreFull => "The server's disk is full. Send it again later.",
        Reason::StoreUnavailable => "The server cannot store anything now. Send it again later.",
        _ => "This was refused.",
    };
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_to_do() {
        let limited = words(Reason::RateLimited, Some(1_200));
        assert!(limited.contains("in 2 s"), "{limited}");
        assert!(words(Reason::NameTaken, None).contains("Choose another"));
    }
}
