//! The pages about rooms, as they come from the server.

use protocol::{Name, Person, Reason, RoomId, RoomKind, RoomState};

use super::*;
use crate::{Language, Theme};

fn shell(language: Language) -> Shell {
    Shell {
        language,
        theme: Theme::Light,
        nonce: "n0nce".to_owned(),
        assets: Assets {
            js: "/pkg/confab.js".to_owned(),
            wasm: "/pkg/confab.wasm".to_owned(),
            css: "/pkg/confab.css".to_owned(),
        },
        path: "/rooms".to_owned(),
        live_reload: None,
    }
}

fn person(id: &str, name: &str) -> Person {
    Person {
        id: id.parse().expect("an id"),
        name: Name::parse(name).expect("a name"),
    }
}

fn about(kind: RoomKind, owned: bool) -> AboutView {
    let people = vec![person("u1", "Ann"), person("u2", "<i>Bob</i>")];
    AboutView {
        me: people[0].id.clone(),
        room: RoomState {
            id: "plans".parse::<RoomId>().expect("an id"),
            name: "<b>Plans</b>".to_owned(),
            topic: "<script>alert(1)</script>".to_owned(),
            kind,
            owned,
            people: people.clone(),
            ..RoomState::default()
        },
        count: 2,
        from: 0,
        owner: Some(people[0].id.clone()),
        people,
        banned: vec![person("u3", "<i>Cyd</i>")],
        cid: "c1".parse().expect("a cid"),
        link: None,
        refused: None,
    }
}

#[test]
fn what_people_call_their_rooms_is_text() {
    let html = about_page(&shell(Language::En), &about(RoomKind::Private, true));
    assert!(
        !html.contains("<script>alert") && !html.contains("<b>Plans"),
        "{html}"
    );
    assert!(!html.contains("<i>Bob") && !html.contains("<i>Cyd"));
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    let row = RoomRow {
        id: "plans".to_owned(),
        name: "<b>Plans</b>".to_owned(),
        topic: "<img src=x>".to_owned(),
        people: 1,
        is_in: false,
    };
    let view = RoomsView {
        rooms: vec![row],
        more_after: Some("a&b=ü".to_owned()),
    };
    let html = rooms_page(&shell(Language::En), &view);
    assert!(
        !html.contains("<b>Plans") && !html.contains("<img src=x"),
        "{html}"
    );
    assert!(html.contains("/rooms?after=a%26b%3D%C3%BC"));
}

#[test]
fn only_who_looks_after_a_room_is_offered_to_change_it() {
    let html = |kind, owned| about_page(&shell(Language::En), &about(kind, owned));
    for verb in [
        "rename", "topic", "link", "remove", "ban", "unban", "silence",
    ] {
        let action = format!("/rooms/plans/{verb}\"");
        assert!(html(RoomKind::Private, true).contains(&action), "{verb}");
        assert!(!html(RoomKind::Private, false).contains(&action), "{verb}");
        assert!(!html(RoomKind::Direct, true).contains(&action), "{verb}");
    }
    let invite = "/rooms/plans/invite\"";
    assert!(html(RoomKind::Private, false).contains(invite));
    assert!(html(RoomKind::Group, false).contains(invite));
    assert!(!html(RoomKind::Public, true).contains(invite));
    assert!(!html(RoomKind::Direct, false).contains("/rooms/plans/leave\""));
}

#[test]
fn a_room_without_a_name_is_called_by_the_others_in_it() {
    let view = about(RoomKind::Direct, false);
    assert_eq!(room_title(&view.room, &view.me), "<i>Bob</i>");
    let view = about(RoomKind::Private, false);
    assert_eq!(room_title(&view.room, &view.me), "<b>Plans</b>");
}

#[test]
fn these_pages_need_no_script_and_no_inline_style() {
    let new = NewRoomView {
        cid: "c1".parse().expect("a cid"),
        name: "\"Tea\"".to_owned(),
        topic: String::new(),
        is_private: true,
        people: "</textarea><b>Bob".to_owned(),
        refused: Some(NewRoomRefused::Group(Reason::PersonUnknown)),
    };
    let join = JoinRoomView {
        name: "Plans".to_owned(),
        topic: String::new(),
        people: 3,
        action: "/rooms/plans/join".to_owned(),
        is_invited: true,
        refused: Some(Reason::Banned),
    };
    for language in Language::ALL {
        let shell = shell(language);
        for html in [
            rooms_page(&shell, &RoomsView::default()),
            new_room_page(&shell, &new),
            join_room_page(&shell, &join),
            about_page(&shell, &about(RoomKind::Group, true)),
        ] {
            assert!(html.contains(language.tag()), "{html}");
            assert!(
                !html.contains("<script") && !html.contains(" style="),
                "{html}"
            );
            assert!(!html.contains(" onclick="), "{html}");
        }
        let html = new_room_page(&shell, &new);
        assert!(html.contains("value=\"&quot;Tea&quot;\""));
        assert!(
            html.contains("&lt;/textarea>&lt;b>Bob</textarea>"),
            "{html}"
        );
        assert!(html.contains("role=\"alert\""));
    }
}
