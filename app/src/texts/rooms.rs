//! The texts of the pages about rooms, which only the server makes.

use protocol::{RoomKind, limits};

use crate::Language;

/// The texts of these pages in one language.
pub(crate) struct RoomsTexts {
    // Rooms there are
    pub(crate) rooms: &'static str,
    pub(crate) rooms_says: &'static str,
    pub(crate) no_rooms: &'static str,
    pub(crate) open: &'static str,
    pub(crate) join: &'static str,
    pub(crate) more: &'static str,
    pub(crate) people: fn(u64) -> String,

    // A new room
    pub(crate) new_room: &'static str,
    pub(crate) name: &'static str,
    pub(crate) name_hint: &'static str,
    pub(crate) topic: &'static str,
    pub(crate) topic_hint: &'static str,
    pub(crate) who: &'static str,
    pub(crate) anyone: &'static str,
    pub(crate) anyone_says: &'static str,
    pub(crate) invited: &'static str,
    pub(crate) invited_says: &'static str,
    pub(crate) make: &'static str,
    pub(crate) new_group: &'static str,
    pub(crate) group_says: fn() -> String,
    pub(crate) group_people: &'static str,
    pub(crate) group_people_hint: &'static str,
    pub(crate) make_group: &'static str,

    // Joining
    pub(crate) join_title: fn(room: &str) -> String,
    pub(crate) invited_to: fn(room: &str) -> String,

    // About a room
    pub(crate) about: fn(room: &str) -> String,
    pub(crate) kind_says: fn(RoomKind) -> &'static str,
    pub(crate) owned: &'static str,
    pub(crate) describe: &'static str,
    pub(crate) rename: &'static str,
    pub(crate) set_topic: &'static str,
    pub(crate) people_here: &'static str,
    pub(crate) more_people: fn(u64) -> String,
    pub(crate) owner: &'static str,
    pub(crate) you: &'static str,
    pub(crate) talk: &'static str,
    pub(crate) invite: &'static str,
    pub(crate) invite_name: &'static str,
    pub(crate) invite_says: &'static str,
    pub(crate) link: &'static str,
    pub(crate) link_says: &'static str,
    pub(crate) make_link: &'static str,
    pub(crate) link_made: &'static str,
    pub(crate) order: fn(name: &str) -> String,
    pub(crate) order_short: &'static str,
    pub(crate) why: &'static str,
    pub(crate) silence_hour: &'static str,
    pub(crate) silence: &'static str,
    pub(crate) unsilence: &'static str,
    pub(crate) remove: &'static str,
    pub(crate) ban: &'static str,
    pub(crate) banned: &'static str,
    pub(crate) ban_says: &'static str,
    pub(crate) unban: &'static str,
    pub(crate) unban_of: fn(name: &str) -> String,
    pub(crate) notifications: &'static str,
    pub(crate) muted_says: &'static str,
    pub(crate) heard_says: &'static str,
    pub(crate) mute: &'static str,
    pub(crate) unmute: &'static str,
    pub(crate) leave_title: &'static str,
    pub(crate) leave_says: fn(RoomKind) -> &'static str,
    pub(crate) leave: &'static str,
}

impl RoomsTexts {
    pub(crate) fn of(language: Language) -> &'static Self {
        match language {
            Language::En => &EN,
            Language::Zh => &ZH,
        }
    }
}

static EN: RoomsTexts = RoomsTexts {
    rooms: "Rooms",
    rooms_says: "Everybody can read and join these rooms.",
    no_rooms: "There are no rooms yet. Make the first one.",
    open: "Open",
    join: "Join",
    more: "More rooms",
    people: |count| match count {
        0 => "nobody".to_owned(),
        1 => "1 person".to_owned(),
        _ => format!("{count} people"),
    },

    new_room: "New room",
    name: "Name",
    name_hint: "Short and plain, like Design or Friday lunch.",
    topic: "Topic",
    topic_hint: "What it is about. May be empty.",
    who: "Who may come in",
    anyone: "Anyone",
    anyone_says: "Everybody finds the room and may join and read it.",
    invited: "By invitation",
    invited_says: "Who is not let in does not see that there is such a room.",
    make: "Make room",
    new_group: "New group",
    group_says: || {
        format!(
            "A private talk of a few people, up to {} with you. It has no name but theirs.",
            limits::GROUP_PEOPLE_MAX
        )
    },
    group_people: "With whom",
    group_people_hint: "One name a line.",
    make_group: "Begin talk",

    join_title: |room| format!("Join {room}"),
    invited_to: |room| format!("You are invited to {room}"),

    about: |room| format!("About {room}"),
    kind_says: |kind| match kind {
        RoomKind::Private => "A private room: only those who were let in see it.",
        RoomKind::Direct => "A talk of two. Nobody else sees it.",
        RoomKind::Group => "A talk of a few people. Nobody else sees it.",
        _ => "A public room: everybody may read and join it.",
    },
    owned: "You look after this room.",
    describe: "Name and topic",
    rename: "Change name",
    set_topic: "Change topic",
    people_here: "People",
    more_people: |more| format!("and {more} more"),
    owner: "made the room",
    you: "(you)",
    talk: "Talk",
    invite: "Let in",
    invite_name: "Name of whom to let in",
    invite_says: "They see what is written from then on.",
    link: "Invitation link",
    link_says: "Whoever has the link may come in. A new link ends the one before.",
    make_link: "Make a new link",
    link_made: "Copy this link now; it is not shown again.",
    order: |name| format!("What {name} may do here"),
    order_short: "Manage",
    why: "Reason, as they will be told",
    silence_hour: "Silence for an hour",
    silence: "Silence",
    unsilence: "Let speak again",
    remove: "Put out",
    ban: "Put out and ban",
    banned: "Banned from this room",
    ban_says: "They cannot come back until they may come in again.",
    unban: "Let in again",
    unban_of: |name| format!("Let {name} in again"),
    notifications: "Notifications",
    muted_says: "This room is muted: it never notifies you, and only what mentions you is counted.",
    heard_says: "You are notified of messages that are for you.",
    mute: "Mute this room",
    unmute: "Unmute this room",
    leave_title: "Leave",
    leave_says: |kind| match kind {
        RoomKind::Public => "You can join again at any time.",
        _ => "You can come back only if somebody lets you in again.",
    },
    leave: "Leave room",
};

static ZH: RoomsTexts = RoomsTexts {
    rooms: "房间",
    rooms_says: "所有人都可以阅读并加入这些房间。",
    no_rooms: "还没有房间，来创建第一个吧。",
    open: "打开",
    join: "加入",
    more: "更多房间",
    people: |count| format!("{count} 人"),

    new_room: "新建房间",
    name: "名称",
    name_hint: "简短明了，例如：设计、周五午餐。",
    topic: "主题",
    topic_hint: "房间的内容，可以留空。",
    who: "谁可以进入",
    anyone: "任何人",
    anyone_says: "所有人都能找到、加入并阅读这个房间。",
    invited: "仅限邀请",
    invited_says: "其他人看不到这个房间。",
    make: "创建房间",
    new_group: "新建群聊",
    group_says: || {
        format!(
            "几个人之间的私密聊天，连你在内最多 {} 人，以成员的名字为名。",
            limits::GROUP_PEOPLE_MAX
        )
    },
    group_people: "和谁聊",
    group_people_hint: "每行一个名字。",
    make_group: "开始聊天",

    join_title: |room| format!("加入 {room}"),
    invited_to: |room| format!("邀请你加入 {room}"),

    about: |room| format!("关于 {room}"),
    kind_says: |kind| match kind {
        RoomKind::Private => "私密房间：只有受邀请的人才能看到。",
        RoomKind::Direct => "两个人的私聊，其他人看不到。",
        RoomKind::Group => "几个人的群聊，其他人看不到。",
        _ => "公开房间：所有人都可以阅读和加入。",
    },
    owned: "你负责管理这个房间。",
    describe: "名称和主题",
    rename: "修改名称",
    set_topic: "修改主题",
    people_here: "成员",
    more_people: |more| format!("还有 {more} 人"),
    owner: "创建者",
    you: "(你)",
    talk: "私聊",
    invite: "邀请",
    invite_name: "要邀请的人的名字",
    invite_says: "对方能看到此后的消息。",
    link: "邀请链接",
    link_says: "拿到链接的人都可以进入。新链接会使旧链接失效。",
    make_link: "生成新链接",
    link_made: "请现在复制链接，之后不再显示。",
    order: |name| format!("管理 {name}"),
    order_short: "管理",
    why: "原因（对方会看到）",
    silence_hour: "禁言一小时",
    silence: "禁言",
    unsilence: "解除禁言",
    remove: "移出",
    ban: "移出并封禁",
    banned: "已被封禁",
    ban_says: "解除封禁之前，他们无法回来。",
    unban: "解除封禁",
    unban_of: |name| format!("解除对 {name} 的封禁"),
    notifications: "通知",
    muted_says: "这个房间已静音，不会通知你，只统计提到你的消息。",
    heard_says: "有写给你的消息时会通知你。",
    mute: "静音",
    unmute: "取消静音",
    leave_title: "离开",
    leave_says: |kind| match kind {
        RoomKind::Public => "你可以随时再次加入。",
        _ => "只有别人再次邀请，你才能回来。",
    },
    leave: "离开房间",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_counted_as_people_say_it() {
        assert_eq!((EN.people)(1), "1 person");
        assert_eq!((EN.people)(2), "2 people");
        assert_eq!((ZH.people)(2), "2 人");
    }

    #[test]
    fn a_limit_in_a_text_is_the_limit() {
        for language in Language::ALL {
            assert!((RoomsTexts::of(language).group_says)().contains(" 50 "));
        }
    }
}
