//! Limits both sides obey, each with its reason. The server's are settings; these are their defaults.

/// Characters in a name: fits the people list on a phone.
pub const NAME_CHARS_MAX: usize = 32;

/// Characters in a message: a long letter still fits, a pasted log does not.
pub const BODY_CHARS_MAX: usize = 4_000;

/// Bytes in a message: 4,000 characters of any script fit, and four of them in a frame.
pub const BODY_BYTES_MAX: usize = 16 * 1024;

/// Bytes of the data that a program may enclose, as JSON without spaces: what is to be done stands in it, a file does not. With a
/// message at its longest they fit into a frame.
pub const DATA_BYTES_MAX: usize = 4 * 1024;

/// Bytes in a frame, either way: what one slow write may hold up.
pub const FRAME_BYTES_MAX: usize = 64 * 1024;

/// Messages a second one user may send for long: faster than anyone types.
pub const SENDS_PER_SEC: u32 = 5;

/// Messages one user may send at once: a reconnecting outbox empties without waiting.
pub const SENDS_BURST: u32 = 20;

/// WebSockets one user may have open: tabs and devices of one person.
pub const SESSIONS_PER_USER_MAX: usize = 10;

/// Hellos a node answers at once: each holds a few kilobytes, and more at once are not answered sooner.
pub const HANDSHAKES_MAX: u32 = 256;

/// WebSockets that may be open before their hello: a storm's clients, at some kilobytes each.
pub const OPENERS_MAX: u32 = 4_096;

/// Rooms one user may be in, talk of two not counted: a node holds each of them while one of the user's sessions is open.
pub const ROOMS_PER_USER_MAX: usize = 500;

/// Rooms one user may be in when others let them into one more: the places above it are kept for rooms of one's own choice, so that
/// nobody can take all of them.
pub const ROOMS_LET_INTO_MAX: usize = 250;

/// People in a group: each of them is told to the others by name.
pub const GROUP_PEOPLE_MAX: usize = 50;

/// People in a room; a setting, the server bears more.
pub const ROOM_PEOPLE_MAX: usize = 10_000;

/// Characters in a room's name: fits the list of rooms.
pub const ROOM_NAME_CHARS_MAX: usize = 40;

/// Characters in a room's topic: two lines on a phone.
pub const TOPIC_CHARS_MAX: usize = 200;

/// Characters of a reaction: an emoji of several code points, and no text.
pub const REACTION_CHARS_MAX: usize = 12;

/// Different reactions one message can have; more are not told apart any more.
pub const REACTIONS_MAX: usize = 20;

/// Characters of a room's newest message that the list of rooms shows.
pub const LAST_LINE_CHARS: usize = 100;

/// Unread messages that are counted; from there on it is "many".
pub const UNREAD_MAX: u64 = 999;

/// Characters in a password, at least; long ones need no rules on their signs (NIST SP 800-63B).
pub const PASSWORD_CHARS_MIN: usize = 8;

/// Bytes in a password, at most: hashing a longer one would only cost time.
pub const PASSWORD_BYTES_MAX: usize = 256;

/// Cursors a hello may name: the rooms one looks at; others are filled when opened.
pub const CURSORS_MAX: usize = 50;

/// Messages in a page of history: a bit more than two screens.
pub const PAGE_ENTRIES: usize = 50;

/// Entries a resume brings over the socket; who missed more gets the newest page and the rest on demand.
pub const RESUME_ENTRIES_MAX: usize = 500;

/// People who are all told by name, and each change with names; above it, changes carry only how many are online.
pub const PEOPLE_TOLD_MAX: usize = 500;

/// Names told of a list that is longer: a screen or two of it.
pub const PEOPLE_SOME: usize = 100;

/// Bad frames within [`BAD_FRAMES_WINDOW_SECS`] after which a session is closed.
pub const BAD_FRAMES_MAX: usize = 10;

/// See [`BAD_FRAMES_MAX`].
pub const BAD_FRAMES_WINDOW_SECS: u64 = 10;

/// How often both sides say that they are there: below every usual proxy time-out.
pub const HEARTBEAT_SECS: u64 = 15;

/// Silence after which the other side is taken for dead: one heartbeat may be late, two may not.
pub const SILENCE_SECS: u64 = 25;

/// How long a socket may stay open without a hello.
pub const HELLO_SECS: u64 = 10;

/// How long "is typing" is shown after the last sign of it.
pub const TYPING_SECS: u64 = 5;

/// How often a typing client says so at most; less than [`TYPING_SECS`], so that the sign does not flicker.
pub const TYPING_EVERY_SECS: u64 = 3;
