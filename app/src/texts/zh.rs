//! 简体中文。

use protocol::{Reason, limits};

use super::{Texts, is_banned};

pub(crate) static ZH: Texts = Texts {
    tagline: "输入名字，马上开聊。",
    your_name: "你的名字",
    name_hint: "房间里的其他人会看到它。",
    join: "加入",

    settings: "设置",
    language: "语言",
    theme: "外观",
    theme_system: "跟随系统",
    theme_light: "浅色",
    theme_dark: "深色",
    signed_in_as: |name| format!("你是 {name}"),
    leave: "离开",

    skip_to_message: "跳到输入框",
    messages: "消息",
    no_messages: "这里还没有消息，打个招呼吧。",
    room_begins: "房间从这里开始。",
    older: "显示更早的消息",
    older_loading: "正在加载更早的消息…",
    newest: "回到最新消息",
    jump: |new| match new {
        0 => "跳到最新".to_owned(),
        _ => format!("跳到最新，{new} 条新消息"),
    },
    today: "今天",
    yesterday: "昨天",
    weekdays: [
        "星期日",
        "星期一",
        "星期二",
        "星期三",
        "星期四",
        "星期五",
        "星期六",
    ],
    date: |weekday, year, month, date| format!("{year}年{month}月{date}日 {weekday}"),

    pending: "发送中…",
    unknown: "正在确认是否已发送…",
    failed: "未发送",
    retry: "重试",
    edit_again: "重新编辑",

    joined: |name| format!("{name} 加入了"),
    left: |name| format!("{name} 离开了"),
    joined_count: |count| format!("{count} 人加入"),
    left_count: |count| format!("{count} 人离开"),
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
    people_more: |count| format!("还有 {count} 人"),
    people_stale: "名单可能不是最新的。",
    you: "(你)",
    close: "关闭",

    message: "消息内容",
    message_placeholder: |room| format!("发消息到 #{room}"),
    send: "发送",
    characters_left: |count| format!("还可输入 {count} 个字符"),
    characters_over: |count| format!("超出 {count} 个字符"),
    refused,

    connection_lost: "连接已断开。",
    trying_in: |seconds| format!("{seconds} 秒后重试。"),
    trying: "正在重试…",
    will_be_sent: "你写的内容会在恢复连接后发出。",
    try_now: "立即重试",
    stopped: |code| match code {
        code if is_banned(code) => "你已被禁止进入。".to_owned(),
        _ => format!("连接已关闭（代码 {code}）。"),
    },
    start_failed: "实时视图无法启动。你仍可在此阅读和发送消息；重新加载可查看新消息。",
    no_scripts: "脚本已停用：重新加载可查看新消息。",
    reload: "重新加载",

    problem: |status| match status {
        403 => ("无法访问", "你无权查看此页面，或者表单来自其他网站。"),
        404 => ("这里什么也没有", "地址可能输错了，或者房间已不存在。"),
        413 => ("内容太大", "发送的内容超过了消息的大小上限。"),
        429 => ("太快了", "请等几秒钟再试。"),
        503 => ("暂时不可用", "现在无法连接聊天服务，请稍后再试。"),
        400..=499 => ("没有成功", "无法理解这个请求，请返回后重试。"),
        _ => ("出错了", "这是我们的问题。之前发送的内容都还在。"),
    },
    back: "返回聊天",
};

fn refused(reason: Reason) -> String {
    let text = match reason {
        Reason::BodyEmpty => "请先写点什么。",
        Reason::BodyTooLong => return format!("一条消息最多 {} 个字符。", limits::BODY_CHARS_MAX),
        Reason::BodyControl => "消息含有无法显示的控制字符。",
        Reason::NameEmpty => "请先输入名字。",
        Reason::NameTooLong => return format!("名字最多 {} 个字符。", limits::NAME_CHARS_MAX),
        Reason::NameControl => "名字含有看不见的字符。",
        Reason::NameTaken => "这个名字或与它相似的名字已有人使用，请换一个。",
        Reason::NameReserved => "这个名字留给系统使用，请换一个。",
        Reason::RoomUnknown => "没有这个房间。",
        Reason::PersonUnknown => "没有这个人。",
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
    };
    text.to_owned()
}
