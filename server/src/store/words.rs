//! Kinds of entries and rooms, as every store writes them.

use protocol::{Kind, RoomKind};

pub(super) fn room_kind_name(kind: RoomKind) -> &'static str {
    match kind {
        RoomKind::Public => "public",
        RoomKind::Private => "private",
        RoomKind::Direct => "direct",
        RoomKind::Group => "group",
        RoomKind::Inbox => "inbox",
        RoomKind::Unknown => "unknown",
    }
}

pub(super) fn room_kind(name: &str) -> RoomKind {
    match name {
        "public" => RoomKind::Public,
        "private" => RoomKind::Private,
        "direct" => RoomKind::Direct,
        "group" => RoomKind::Group,
        "inbox" => RoomKind::Inbox,
        _ => RoomKind::Unknown,
    }
}

pub(super) fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Posted => "posted",
        Kind::Edited => "edited",
        Kind::Deleted => "deleted",
        Kind::Reacted => "reacted",
        Kind::Unreacted => "unreacted",
        Kind::Renamed => "renamed",
        Kind::Described => "described",
        Kind::Added => "added",
        Kind::Removed => "removed",
        Kind::SignedOut => "signed_out",
        Kind::Connected => "connected",
        Kind::Banned => "banned",
        Kind::Kicked => "kicked",
        Kind::Notice => "notice",
        Kind::Unknown => "unknown",
    }
}

pub(super) fn kind(name: &str) -> Kind {
    match name {
        "posted" => Kind::Posted,
        "edited" => Kind::Edited,
        "deleted" => Kind::Deleted,
        "reacted" => Kind::Reacted,
        "unreacted" => Kind::Unreacted,
        "renamed" => Kind::Renamed,
        "described" => Kind::Described,
        "added" => Kind::Added,
        "removed" => Kind::Removed,
        "signed_out" => Kind::SignedOut,
        "connected" => Kind::Connected,
        "banned" => Kind::Banned,
        "kicked" => Kind::Kicked,
        "notice" => Kind::Notice,
        _ => Kind::Unknown,
    }
}
