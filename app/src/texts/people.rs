//! The texts of the pages for signing in, accounts and people, which only the server makes.

use protocol::limits;

use crate::Language;

/// The texts of these pages in one language.
pub(crate) struct PeopleTexts {
    // Signing in
    pub(crate) sign_in: &'static str,
    pub(crate) has_account: &'static str,
    pub(crate) no_account: &'static str,
    pub(crate) join_as_guest: &'static str,
    pub(crate) name: &'static str,
    pub(crate) password: &'static str,
    pub(crate) wait: fn(seconds: u64) -> String,

    // Coming in by a link that works once
    pub(crate) spent: &'static str,
    pub(crate) spent_says: &'static str,

    // One's account
    pub(crate) account: &'static str,
    pub(crate) guest: &'static str,
    pub(crate) kept: &'static str,
    pub(crate) of_a_product: &'static str,
    pub(crate) administrator: &'static str,
    pub(crate) keep_title: &'static str,
    pub(crate) keep_says: &'static str,
    pub(crate) keep: &'static str,
    pub(crate) now_kept: &'static str,
    pub(crate) change_title: &'static str,
    pub(crate) change_says: &'static str,
    pub(crate) current_password: &'static str,
    pub(crate) new_password: &'static str,
    pub(crate) password_hint: fn() -> String,
    pub(crate) change: &'static str,
    pub(crate) now_changed: &'static str,
    pub(crate) sign_out_title: &'static str,
    pub(crate) sign_out_guest_says: &'static str,
    pub(crate) sign_out: &'static str,
    pub(crate) sign_out_everywhere_says: &'static str,
    pub(crate) sign_out_everywhere: &'static str,
    pub(crate) look: &'static str,

    // People
    pub(crate) people: &'static str,
    pub(crate) find: &'static str,
    pub(crate) name_begins: &'static str,
    pub(crate) nobody_found: &'static str,
    pub(crate) more_found: &'static str,
    pub(crate) you: &'static str,
    pub(crate) talk: &'static str,
    pub(crate) ban: &'static str,
    pub(crate) ban_of: fn(name: &str) -> String,
    pub(crate) ban_says: &'static str,
    pub(crate) why: &'static str,
    pub(crate) now_banned: &'static str,
    pub(crate) banned: &'static str,
    pub(crate) nobody_banned: &'static str,
    pub(crate) unban: &'static str,
    pub(crate) now_unbanned: &'static str,
}

impl PeopleTexts {
    pub(crate) fn of(language: Language) -> &'static Self {
        match language {
            Language::En => &EN,
            Language::Zh => &ZH,
        }
    }
}

static EN: PeopleTexts = PeopleTexts {
    sign_in: "Sign in",
    has_account: "You have kept a name with a password?",
    no_account: "You have no password?",
    join_as_guest: "Join as a guest",
    name: "Name",
    password: "Password",
    wait: |seconds| match seconds {
        0 | 1 => "Too many attempts. Try again in a second.".to_owned(),
        2..=90 => format!("Too many attempts. Try again in {seconds} seconds."),
        _ => format!(
            "Too many attempts. Try again in {} minutes.",
            seconds.div_ceil(60)
        ),
    },

    spent: "This link works once",
    spent_says: "It has been used, or is older than a minute. Load the page again that showed you the chat.",

    account: "Your account",
    guest: "You are a guest: when you leave, your name is free for others.",
    kept: "This name is yours. You can sign in with it on any device.",
    of_a_product: "You come in from another product, which gave you this name.",
    administrator: "You are an administrator.",
    keep_title: "Keep your name",
    keep_says: "With a password the name stays yours, and you can sign in with it on other devices.",
    keep: "Keep this name",
    now_kept: "The name is yours from now on.",
    change_title: "Change your password",
    change_says: "You will be signed out everywhere but here.",
    current_password: "Current password",
    new_password: "New password",
    password_hint: || {
        format!(
            "At least {} characters. A few words in a row are easy to remember and hard to guess.",
            limits::PASSWORD_CHARS_MIN
        )
    },
    change: "Change password",
    now_changed: "The password is changed. You are signed out everywhere but here.",
    sign_out_title: "Sign out",
    sign_out_guest_says: "You cannot come back as the same person: keep your name first if you want to.",
    sign_out: "Sign out here",
    sign_out_everywhere_says: "Lost a device, or left a browser open somewhere?",
    sign_out_everywhere: "Sign out everywhere",
    look: "Language and colours",

    people: "People",
    find: "Find",
    name_begins: "The name begins with",
    nobody_found: "Nobody here has a name like this.",
    more_found: "There are more. Type more of the name.",
    you: "(you)",
    talk: "Talk",
    ban: "Ban",
    ban_of: |name| format!("Ban {name}"),
    ban_says: "They are signed out at once, told why, and cannot sign in any more.",
    why: "Reason, as they will be told",
    now_banned: "They are banned.",
    banned: "Banned",
    nobody_banned: "Nobody is banned.",
    unban: "Let in again",
    now_unbanned: "They may sign in again.",
};

static ZH: PeopleTexts = PeopleTexts {
    sign_in: "登录",
    has_account: "已用密码保留了名字？",
    no_account: "还没有密码？",
    join_as_guest: "以访客身份加入",
    name: "名字",
    password: "密码",
    wait: |seconds| match seconds {
        0..=90 => format!("尝试次数太多，请在 {} 秒后再试。", seconds.max(1)),
        _ => format!("尝试次数太多，请在 {} 分钟后再试。", seconds.div_ceil(60)),
    },

    spent: "此链接只能使用一次",
    spent_says: "它已被使用，或已超过一分钟。请重新加载显示聊天的页面。",

    account: "你的账号",
    guest: "你是访客：离开后，别人就可以使用你的名字。",
    kept: "这个名字归你所有，你可以在任何设备上用它登录。",
    of_a_product: "你来自另一个产品，这个名字由它提供。",
    administrator: "你是管理员。",
    keep_title: "保留名字",
    keep_says: "设置密码后，名字一直归你所有，你也可以在其他设备上登录。",
    keep: "保留这个名字",
    now_kept: "从现在起，这个名字归你所有。",
    change_title: "修改密码",
    change_says: "除此处以外，你会在所有地方退出登录。",
    current_password: "当前密码",
    new_password: "新密码",
    password_hint: || {
        format!(
            "至少 {} 个字符。几个连在一起的词好记又难猜。",
            limits::PASSWORD_CHARS_MIN
        )
    },
    change: "修改密码",
    now_changed: "密码已修改。除此处以外，你已在所有地方退出登录。",
    sign_out_title: "退出登录",
    sign_out_guest_says: "退出后无法再以同一身份回来；如果需要，请先保留名字。",
    sign_out: "在此处退出",
    sign_out_everywhere_says: "丢了设备，或者忘了在某处关闭浏览器？",
    sign_out_everywhere: "在所有地方退出",
    look: "语言和外观",

    people: "成员",
    find: "查找",
    name_begins: "名字的开头",
    nobody_found: "没有这样名字的人。",
    more_found: "还有更多，请多输入几个字。",
    you: "(你)",
    talk: "私聊",
    ban: "封禁",
    ban_of: |name| format!("封禁 {name}"),
    ban_says: "对方会立即退出登录并看到原因，之后无法再登录。",
    why: "原因（对方会看到）",
    now_banned: "已封禁。",
    banned: "已封禁的人",
    nobody_banned: "没有人被封禁。",
    unban: "解除封禁",
    now_unbanned: "对方可以再次登录了。",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_to_wait_reads_as_people_say_it() {
        assert!((EN.wait)(0).ends_with("in a second."));
        assert!((EN.wait)(7).ends_with("in 7 seconds."));
        assert!((EN.wait)(100).ends_with("in 2 minutes."));
        assert!((ZH.wait)(0).contains("1 秒"));
        assert!((ZH.wait)(7).contains("7 秒"));
    }

    #[test]
    fn the_shortest_password_is_told_as_it_is() {
        for language in Language::ALL {
            let hint = (PeopleTexts::of(language).password_hint)();
            assert!(hint.contains(" 8 "), "{hint}");
        }
    }
}
