//! The texts of the sheet of shortcuts.

use crate::Language;

pub(crate) struct HelpTexts {
    pub(crate) title: &'static str,
    /// The keys pressed together or in place of each other, and what they do.
    pub(crate) shortcuts: [(Keys, &'static str); 9],
    pub(crate) marks: &'static str,
    pub(crate) close: &'static str,
}

type Keys = [Option<&'static str>; 2];

impl HelpTexts {
    pub(crate) fn of(language: Language) -> &'static Self {
        match language {
            Language::En => &EN,
            Language::Zh => &ZH,
        }
    }
}

static EN: HelpTexts = HelpTexts {
    title: "Shortcuts",
    shortcuts: [
        ([Some("Ctrl"), Some("K")], "Go to a room or a person"),
        ([Some("Enter"), None], "Send"),
        ([Some("Shift"), Some("Enter")], "Begin a new line"),
        ([Some("↑"), None], "In an empty box: edit your last message"),
        ([Some("@"), None], "Mention somebody"),
        (
            [Some("↑"), Some("↓")],
            "In the list: from message to message",
        ),
        ([Some("Shift"), Some("Esc")], "Mark all as read"),
        ([Some("Esc"), None], "Leave what is open"),
        ([Some("?"), None], "This sheet"),
    ],
    marks: "**bold**, *emphasis*, ~~struck~~, `code`, ```blocks```, > quotes, - lists",
    close: "Close",
};

static ZH: HelpTexts = HelpTexts {
    title: "快捷键",
    shortcuts: [
        ([Some("Ctrl"), Some("K")], "前往房间或找人"),
        ([Some("Enter"), None], "发送"),
        ([Some("Shift"), Some("Enter")], "换行"),
        ([Some("↑"), None], "输入框为空时：编辑你的上一条消息"),
        ([Some("@"), None], "提到某人"),
        ([Some("↑"), Some("↓")], "在列表中：逐条移动"),
        ([Some("Shift"), Some("Esc")], "全部标为已读"),
        ([Some("Esc"), None], "关闭打开的内容"),
        ([Some("?"), None], "显示本页"),
    ],
    marks: "**粗体**、*强调*、~~删除~~、`代码`、```代码块```、> 引用、- 列表",
    close: "关闭",
};
