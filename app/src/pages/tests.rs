use protocol::{Entry, Kind, Name, Person, Reason, RoomId, RoomKind, RoomState};

use super::*;
use crate::{Language, Snapshot, Theme};

fn shell(language: Language) -> Shell {
    Shell {
        language,
        theme: Theme::Dark,
        nonce: "n0nce".to_owned(),
        assets: Assets {
            js: "/pkg/confab.js".to_owned(),
            wasm: "/pkg/confab.wasm".to_owned(),
            css: "/pkg/confab.css".to_owned(),
        },
        path: "/rooms/lobby".to_owned(),
        live_reload: None,
    }
}

fn person(id: &str, name: &str) -> Person {
    Person {
        id: id.parse().expect("an id"),
        name: Name::parse(name).expect("a name"),
    }
}

fn entry(seq: u64, body: &str) -> Entry {
    let author = person("u2", "<i>Bob</i>");
    Entry {
        room: RoomId::lobby(),
        seq,
        offset: seq,
        sender: author.id,
        name: author.name,
        cid: format!("c{seq}").parse().expect("a cid"),
        kind: Kind::Posted,
        target: None,
        body: body.to_owned(),
        enclosed: None,
        at: 1_795_269_785_000,
    }
}

fn snapshot(entries: Vec<Entry>, top: u64) -> Snapshot {
    Snapshot {
        me: person("u1", "Ann"),
        room: RoomState {
            id: RoomId::lobby(),
            name: "Lobby".to_owned(),
            top,
            ..RoomState::default()
        },
        epoch: "e1".parse().expect("an epoch"),
        entries,
        closed: vec![],
        aside: vec![],
        rooms: vec![],
        version: 1,
        count: 1,
        people: vec![person("u1", "Ann")],
        attendance: None,
        nodes: vec!["http://127.0.0.1:8080".to_owned()],
        cid: "cid-of-the-form".parse().expect("a cid"),
        refused: None,
    }
}

/// The page without what the island takes over, which holds the same texts as JSON.
fn without_given(html: &str) -> String {
    let (before, rest) = html.split_once("id=\"given\">").expect("it is given");
    let (_, after) = rest.split_once("</script>").expect("it ends");
    format!("{before}{after}")
}

#[test]
fn a_talk_is_called_by_the_other_one_from_the_start() {
    let mut talk = snapshot(vec![], 0);
    talk.room.kind = RoomKind::Direct;
    talk.room.name.clear();
    talk.room.people = vec![person("u1", "Ann"), person("u2", "Bob")];
    let html = room_page(&shell(Language::En), &talk);
    assert!(html.contains("<title>Bob · Confab</title>"), "{html}");
}

#[test]
fn an_older_page_without_anything_does_not_wait_for_more() {
    let html = room_page(&shell(Language::En), &snapshot(vec![], 5));
    assert!(!without_given(&html).contains("Loading"), "{html}");
}

#[test]
fn what_people_write_is_text() {
    let html = room_page(
        &shell(Language::En),
        &snapshot(vec![entry(1, "<script>alert(1)</script>\n&amp;")], 1),
    );
    assert!(!html.contains("<script>alert"), "{html}");
    assert!(!html.contains("<i>Bob"));
    let html = without_given(&html);
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;\n&amp;amp;"));
    assert!(html.contains("&lt;i&gt;Bob&lt;/i&gt;"));
}

#[test]
fn the_room_can_be_read_and_written_in_without_scripts() {
    let html = room_page(
        &shell(Language::En),
        &snapshot(vec![entry(51, "hello")], 51),
    );
    assert!(
        html.starts_with(
            "<!DOCTYPE html><html lang=\"en\" data-theme=\"dark\" data-state=\"plain\">"
        )
    );
    assert!(html.contains("action=\"/rooms/lobby/messages\""));
    assert!(html.contains("name=\"cid\" value=\"cid-of-the-form\""));
    assert!(
        html.contains("href=\"?before=51\""),
        "older pages are a link"
    );
    assert!(html.contains("datetime=\"2026-11-21T14:03:05Z\""));
    assert!(html.contains("title=\"Saturday, 21 November 2026 14:03 UTC\""));
}

#[test]
fn a_refused_message_is_there_to_be_corrected() {
    let mut snapshot = snapshot(vec![], 0);
    snapshot.refused = Some((Reason::RateLimited, "</textarea><b>one\ntwo".to_owned()));
    let html = without_given(&room_page(&shell(Language::En), &snapshot));
    assert!(html.contains("Too many messages at once"));
    assert!(
        html.contains("\n&lt;/textarea&gt;&lt;b&gt;one\ntwo</textarea>"),
        "{html}"
    );
}

#[test]
fn an_empty_box_is_empty() {
    let html = room_page(&shell(Language::En), &snapshot(vec![], 0));
    assert!(html.contains("></textarea>"));
}

#[test]
fn only_the_newest_page_is_live() {
    let newest = room_page(&shell(Language::En), &snapshot(vec![entry(1, "a")], 1));
    assert!(newest.contains("<script type=\"module\" nonce=\"n0nce\">"));
    assert!(newest.contains("import(\"/pkg/confab.js\")"));
    let older = room_page(&shell(Language::En), &snapshot(vec![entry(1, "a")], 2));
    assert!(!older.contains("<script type=\"module\""));
    assert!(older.contains("Back to the newest messages"));
}

#[test]
fn no_page_needs_an_inline_style_or_handler() {
    let shell = shell(Language::Zh);
    let pages = [
        join_page(&shell, &JoinForm::default()),
        room_page(&shell, &snapshot(vec![entry(1, "https://a.b")], 1)),
        problem_page(&shell, 500, None),
        sign_in_page(&shell, &SignInForm::default()),
        account_page(&shell, &account()),
        people_page(&shell, &people()),
    ];
    for html in pages {
        assert!(html.contains("lang=\"zh-CN\""));
        assert!(!html.contains(" style="), "{html}");
        assert!(!html.contains(" onclick="), "{html}");
    }
}

#[test]
fn a_refused_name_is_told_beside_the_field() {
    let form = JoinForm {
        name: "\"Ann\"".to_owned(),
        refused: Some(Refused::Because(Reason::NameTaken)),
        next: "/rooms/lobby".to_owned(),
    };
    let html = join_page(&shell(Language::En), &form);
    assert!(html.contains("value=\"&quot;Ann&quot;\""));
    assert!(html.contains("aria-describedby=\"name-refused\""));
    assert!(html.contains("Somebody already has this name"));
    assert!(!html.contains("<script"), "joining needs no script");
}

fn account() -> AccountView {
    AccountView {
        me: person("u1", "Ann"),
        is_kept: true,
        is_programs: false,
        is_admin: true,
        refused: Some(Refused::Wait(7)),
        done: Some(AccountDone::Changed),
    }
}

fn people() -> PeopleView {
    PeopleView {
        me: person("u1", "Ann"),
        begins: "\"a".to_owned(),
        found: vec![person("u1", "Ann"), person("u2", "<i>Bob</i>")],
        more: true,
        banned: Some(vec![(person("u3", "Cyd"), "</p><b>loud".to_owned())]),
        done: Some(PeopleDone::Banned),
    }
}

#[test]
fn a_refused_password_is_told_beside_the_field_and_not_shown_again() {
    let form = SignInForm {
        name: "\"Ann\"".to_owned(),
        refused: Some(Refused::Because(Reason::PasswordWrong)),
        next: "/rooms/lobby".to_owned(),
    };
    let html = sign_in_page(&shell(Language::En), &form);
    assert!(html.contains("value=\"&quot;Ann&quot;\""));
    assert!(html.contains("aria-describedby=\"refused\""));
    assert!(html.contains("The name and the password do not belong together."));
    assert!(html.contains("href=\"/?next=/rooms/lobby\""));
    assert!(!html.contains("<script"), "signing in needs no script");
}

#[test]
fn a_guest_is_asked_for_a_first_password_and_an_account_for_both() {
    let shell = shell(Language::En);
    let kept = account_page(&shell, &account());
    assert!(kept.contains("name=\"current\"") && kept.contains("Sign out everywhere"));
    assert!(kept.contains("Too many attempts. Try again in 7 seconds."));
    let guest = AccountView {
        is_kept: false,
        is_admin: false,
        refused: None,
        done: None,
        ..account()
    };
    let guest = account_page(&shell, &guest);
    assert!(!guest.contains("name=\"current\"") && !guest.contains("everywhere"));
    assert!(guest.contains("Keep this name") && !guest.contains("administrator"));
    assert!(guest.contains("aria-describedby=\"password-hint\""));
}

#[test]
fn who_comes_from_another_product_keeps_no_password_here() {
    let theirs = AccountView {
        is_kept: false,
        is_programs: true,
        refused: None,
        ..account()
    };
    let html = account_page(&shell(Language::En), &theirs);
    assert!(html.contains("You come in from another product"), "{html}");
    assert!(!html.contains("type=\"password\"") && !html.contains("You are a guest"));
    assert!(html.contains("Sign out everywhere"));
}

#[test]
fn a_spent_ticket_says_what_to_do() {
    for (language, says) in [
        (Language::En, "Load the page again"),
        (Language::Zh, "重新加载"),
    ] {
        let html = spent_ticket_page(&shell(language));
        assert!(html.contains(says) && !html.contains("<script"), "{html}");
    }
}

#[test]
fn only_administrators_see_who_is_banned_and_how_to() {
    let shell = shell(Language::En);
    let html = people_page(&shell, &people());
    assert!(html.contains("&lt;i&gt;Bob&lt;/i&gt;") && !html.contains("<i>Bob"));
    assert!(html.contains("&lt;/p&gt;&lt;b&gt;loud"), "{html}");
    assert!(html.contains("action=\"/people/u2/ban\""));
    assert!(!html.contains("action=\"/people/u1/ban\""), "not oneself");
    assert!(html.contains("action=\"/people/u3/unban\""));
    let guest = PeopleView {
        banned: None,
        ..people()
    };
    let html = people_page(&shell, &guest);
    assert!(!html.contains("ban\"") && html.contains("action=\"/talk\""));
}

#[test]
fn a_problem_leads_back() {
    let html = problem_page(&shell(Language::En), 404, None);
    assert!(html.contains("There is nothing here"));
    assert!(html.contains("<a href=\"/\""));
}

#[test]
fn addresses_in_messages_are_safe_links() {
    let html = room_page(
        &shell(Language::En),
        &snapshot(vec![entry(1, "see https://a.b/\"x javascript:y")], 1),
    );
    let html = without_given(&html);
    assert!(html.contains("href=\"https://a.b/\""), "{html}");
    assert!(html.contains("rel=\"noopener nofollow ugc\""));
    assert!(!html.contains("href=\"javascript"));
}
