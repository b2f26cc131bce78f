//! The parts of the page, a file each.

mod avatar;
mod chat_room;
mod composer;
mod connection_banner;
mod day_line;
mod fact_line;
mod finder;
mod icon;
mod message;
mod message_actions;
mod message_body;
mod message_list;
mod notice;
mod notify_bar;
mod people_list;
mod room_header;
mod room_list;
mod settings;
mod settings_menu;
mod typing_line;

#[cfg(feature = "ssr")]
pub(crate) use avatar::Avatar;
pub use chat_room::ChatRoom;
pub(crate) use day_line::{day_line, new_since_line};
pub(crate) use fact_line::fact_line;
#[cfg(feature = "ssr")]
pub(crate) use icon::Logo;
pub(crate) use message::{message, place};
pub(crate) use message_list::{Extent, look};
pub(crate) use notice::notice_line;
#[cfg(feature = "ssr")]
pub(crate) use settings::Settings;
