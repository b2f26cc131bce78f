//! The parts of the page, a file each.

mod avatar;
mod chat_room;
mod composer;
mod connection_banner;
mod day_line;
mod icon;
mod message;
mod message_body;
mod message_list;
mod notice;
mod people_list;
mod room_header;
mod settings;
mod settings_menu;
mod typing_line;

pub use chat_room::ChatRoom;
#[cfg(feature = "ssr")]
pub(crate) use icon::Logo;
#[cfg(feature = "ssr")]
pub(crate) use settings::Settings;
