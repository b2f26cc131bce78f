//! 简体中文。

use protocol::{Kind, Reason, limits};

use super::{Texts, is_banned};

pub(crate) static ZH: Texts = Texts {
    #[cfg(feature = "ssr")]
    tagline: "输入名字，马上开聊。",
    #[cfg(feature = "ssr")]
    your_name: "你的名字",
    #[cfg(feature = "ssr")]
    name_hint: "房间里的其他人会看到它。",
    #[cfg(feature = "ssr")]
    join: "加入",

    settings: "设置",
    language: "语言",
    theme: "外观",
    theme_system: "跟随系统",
    theme_light: "浅色",
    theme_dark: "深色",
    signed_in_as: |name| format!("你是 {name}"),
    shortcuts: "快捷键",
    leave: "离开",

    account: "你的账号",
    rooms: "房间",
    talks: "私聊",
    no_talks: "在成员列表里点一个人，就可以单独聊天。",
    browse: "浏览房间",
    new_room: "新建房间",
    new_group: "新建群聊",
    read_all: "全部标为已读",
    room_label: |title, unread, mentions| match (unread, mentions) {
        (0, _) => title.to_owned(),
        (unread, 0) => format!("{title}，{unread} 条未读"),
        (unread, mentions) => format!("{title}，{unread} 条未读，{mentions} 条提到你"),
    },
    about: "关于此房间",
    find: "前往房间或找人",
    find_hint: "去哪里？",
    found_nothing: "没有叫这个名字的。",
    talk: "聊天",
    talk_to: |name| format!("与 {name} 私聊"),

    #[cfg(feature = "ssr")]
    skip_to_message: "跳到输入框",
    messages: "消息",
    no_messages: "这里还没有消息，打个招呼吧。",
    room_begins: "房间从这里开始。",
    talk_begins: |name| format!("只有你和 {name} 能看到这里。打个招呼吧。"),
    new_since: "新消息",
    older: "显示更早的消息",
    older_loading: "正在加载消息…",
    #[cfg(feature = "ssr")]
    newest: "回到最新消息",
    jump: |new| match new {
        0 => "跳到最新".to_owned(),
        _ => format!("跳到最新，{new} 条新消息"),
    },
    today: "今天",
    yesterday: "昨天",
    #[cfg(feature = "ssr")]
    weekdays: [
        "星期日",
        "星期一",
        "星期二",
        "星期三",
        "星期四",
        "星期五",
        "星期六",
    ],
    #[cfg(feature = "ssr")]
    date: |weekday, year, month, date| format!("{year}年{month}月{date}日 {weekday}"),

    pending: "发送中…",
    unknown: "正在确认是否已发送…",
    failed: "未发送",
    retry: "重试",
    edit_again: "重新编辑",
    changing: "正在修改…",
    edited: "已编辑",
    deleted: "消息已删除",
    quote_unknown: "更早的消息",
    actions: "对这条消息的操作",
    react: "回应",
    reply: "回复",
    edit: "编辑",
    delete: "删除",
    delete_ask: "删除这条消息？",
    keep: "保留",
    copy_link: "复制链接",
    copied: "链接已复制。",
    not_changed: "这条消息无法修改。",

    joined: |name| format!("{name} 加入了"),
    left: |name| format!("{name} 离开了"),
    joined_count: |count| format!("{count} 人加入"),
    left_count: |count| format!("{count} 人离开"),
    fact: |kind, by, who, text| match kind {
        Kind::Added if by == who => format!("{by} 进来了"),
        Kind::Added => format!("{by} 请 {who} 进来了"),
        Kind::Removed if by == who => format!("{who} 离开了房间"),
        Kind::Removed => format!("{by} 把 {who} 请出了房间"),
        Kind::Renamed => format!("{by} 把房间改名为“{text}”"),
        _ if text.is_empty() => format!("{by} 去掉了主题"),
        _ => format!("{by} 设置了主题：{text}"),
    },
    gone: |title, message| match message {
        "" => format!("你已不在 {title}。"),
        _ => format!("你已不在 {title}：{message}"),
    },
    list: |names| names.join("、"),
    list_separator: "，",
    typing: |names| match names {
        [] => String::new(),
        [_] | [_, _] | [_, _, _] => format!("{} 正在输入…", names.join("、")),
        _ => "好几个人正在输入…".to_owned(),
    },
    people_online: "在线成员",
    online: |count| format!("在线 · {count}"),
    people_online_count: |count| format!("在线成员，{count} 人"),
    members: |count| match count {
        None => "成员".to_owned(),
        Some(count) => format!("成员 · {count}"),
    },
    people_more: |count| format!("还有 {count} 人"),
    people_stale: "名单可能不是最新的。",
    you: "(你)",
    close: "关闭",

    message: "消息内容",
    message_placeholder: |title| format!("发消息到 {title}"),
    send: "发送",
    mention: "可提到的人",
    editing: "正在编辑你的消息",
    answering: |name| format!("回复 {name}"),
    cancel: "取消",
    characters_left: |count| format!("还可输入 {count} 个字符"),
    characters_over: |count| format!("超出 {count} 个字符"),
    refused,

    notify_ask: "你不在这里时，要提醒你有找你的消息吗？",
    notify_yes: "好，提醒我",
    notify_no: "不用",

    connection_lost: "连接已断开。",
    trying_in: |seconds| format!("{seconds} 秒后重试。"),
    trying: "正在重试…",
    will_be_sent: "你写的内容会在恢复连接后发出。",
    try_now: "立即重试",
    stopped: |code| match code {
        code if is_banned(code) => "你已被禁止进入。".to_owned(),
        _ => format!("连接已关闭（代码 {code}）。"),
    },
    #[cfg(feature = "ssr")]
    start_failed: "实时视图无法启动。你仍可在此阅读和发送消息；重新加载可查看新消息。",
    #[cfg(feature = "ssr")]
    no_scripts: "脚本已停用：重新加载可查看新消息。",
    #[cfg(feature = "ssr")]
    reload: "重新加载",

    #[cfg(feature = "ssr")]
    problem: |status| match status {
        403 => ("无法访问", "你无权查看此页面，或者表单来自其他网站。"),
        404 => ("这里什么也没有", "地址可能输错了，或者房间已不存在。"),
        413 => ("内容太大", "发送的内容超过了消息的大小上限。"),
        429 => ("太快了", "请等几秒钟再试。"),
        503 => ("暂时不可用", "现在无法连接聊天服务，请稍后再试。"),
        400..=499 => ("没有成功", "无法理解这个请求，请返回后重试。"),
        _ => ("出错了", "这是我们的问题。之前发送的内容都还在。"),
    },
    #[cfg(feature = "ssr")]
    back: "返回聊天",
};

fn refused(reason: Reason) -> String {
    let text = match reason {
        Reason::BodyEmpty => "请先写点什么。",
        Reason::BodyTooLong => return format!("一条消息最多 {} 个字符。", limits::BODY_CHARS_MAX),
        Reason::BodyControl => "消息含有无法显示的控制字符。",
        #[cfg(feature = "ssr")]
        Reason::NameEmpty => "请先输入名字。",
        #[cfg(feature = "ssr")]
        Reason::NameTooLong => return format!("名字最多 {} 个字符。", limits::NAME_CHARS_MAX),
        #[cfg(feature = "ssr")]
        Reason::NameControl => "名字含有看不见的字符。",
        #[cfg(feature = "ssr")]
        Reason::NameTaken => "这个名字或与它相似的名字已有人使用，请换一个。",
        #[cfg(feature = "ssr")]
        Reason::NameReserved => "这个名字留给系统使用，请换一个。",
        Reason::RoomUnknown => "没有这个房间。",
        #[cfg(feature = "ssr")]
        Reason::PersonUnknown => "没有这个人。",
        Reason::MessageUnknown => "这条消息已经不在了。",
        Reason::NotAllowed => "只有房主或管理员可以这样做。",
        Reason::Silenced => "你暂时不能在这个房间发言。",
        Reason::BadReaction => "请选一个表情；一条消息最多有 20 种。",
        #[cfg(feature = "ssr")]
        Reason::RoomFull => "这个房间已满。",
        #[cfg(feature = "ssr")]
        Reason::TooManyRooms => "你或对方加入的房间已达上限，请先退出一个。",
        #[cfg(feature = "ssr")]
        Reason::RoomNameTaken => "已有同名的房间，请换一个名字。",
        #[cfg(feature = "ssr")]
        Reason::TopicTooLong => return format!("主题最多 {} 个字符。", limits::TOPIC_CHARS_MAX),
        #[cfg(feature = "ssr")]
        Reason::PasswordWrong => "名字与密码不匹配。",
        #[cfg(feature = "ssr")]
        Reason::PasswordShort => {
            return format!("密码至少 {} 个字符。", limits::PASSWORD_CHARS_MIN);
        }
        #[cfg(feature = "ssr")]
        Reason::PasswordLong => "密码太长。",
        Reason::Banned => "管理员已禁止你使用。",
        Reason::Kicked => "你的连接已被断开，可以重新连接。",
        Reason::Elsewhere => "你已在别处连接，只能保留一个连接。",
        Reason::CidConflict => "这条消息之前已用另一段文字发送过。",
        Reason::RateLimited => "发送太快，请稍等片刻。",
        Reason::StoreBusy => "服务繁忙，请稍后再试。",
        Reason::StoreFull => "服务器已没有空间保存消息，请稍后再试。",
        Reason::StoreUnavailable => "暂时无法保存消息，请稍后再试。",
        Reason::Stale => "页面已过期，请再试一次。",
        Reason::Malformed | Reason::UnknownCommand | Reason::BadHello => {
            "页面与服务器的版本不符，请重新加载。"
        }
        Reason::Unknown => "请求被拒绝。",
        // Those of forms.
        #[cfg(not(feature = "ssr"))]
        _ => "请求被拒绝。",
    };
    text.to_owned()
}
