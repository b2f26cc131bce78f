//! Which node, and when.

use client::Link;
use protocol::{Command, Event, Reason};

use crate::ann::{A, Ann, B, person, run, start};

#[test]
fn the_first_try_goes_to_the_node_the_page_came_from() {
    let mut ann = Ann::arrives();
    assert_eq!(ann.engine.link(), Link::Idle);
    ann.engine.connect(ann.now);
    ann.acts();
    assert_eq!(ann.dialled, ["ws://a:8080/ws?room=lobby"]);
    assert_eq!(ann.engine.link(), Link::Connecting { since: ann.now });
    ann.opens();
    assert!(matches!(
        &ann.said[0],
        Command::Hello {
            version: 1,
            token: None,
            ..
        }
    ));
    ann.is_welcomed("e1", 3);
    assert_eq!(ann.engine.link(), Link::Live);
}

#[test]
fn a_secure_page_opens_a_secure_socket() {
    let mut ann = Ann::arrives_with(start(run(1..=3), &["https://chat.example/"]));
    ann.engine.connect(0);
    ann.acts();
    assert_eq!(ann.dialled, ["wss://chat.example/ws?room=lobby"]);
    assert_eq!(ann.engine.node(), "https://chat.example");
}

#[test]
fn when_a_node_dies_the_next_one_is_tried_within_a_second_with_the_token() {
    let mut ann = Ann::is_in();
    ann.loses_the_socket(1006);
    let lost = ann.now;
    assert!(matches!(ann.engine.link(), Link::Waiting { since, .. } if since == lost));
    assert!(ann.waits_to_dial() <= 1_010);
    assert_eq!(
        ann.dialled.last().map(String::as_str),
        Some("ws://b:8081/ws?room=lobby")
    );
    assert_eq!(ann.engine.node(), B);
    ann.opens();
    assert!(
        matches!(ann.said.last(), Some(Command::Hello { token: Some(t), .. }) if t == "ticket")
    );
    assert_eq!(ann.engine.link(), Link::Connecting { since: lost });
}

#[test]
fn waits_grow_to_half_a_minute_and_stay_within_their_bounds() {
    let mut longest = 0;
    for seed in 0..50 {
        let mut ann = Ann::arrives_with(client::Start {
            seed,
            ..start(run(1..=3), &[A, B])
        });
        ann.engine.connect(ann.now);
        ann.acts();
        for bound in [1_000, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000] {
            ann.loses_the_socket(1006);
            let waited = ann.waits_to_dial();
            assert!(waited <= bound + 10, "{waited} > {bound}");
            longest = longest.max(waited);
        }
        let turns = ["ws://a:8080/ws?room=lobby", "ws://b:8081/ws?room=lobby"]
            .iter()
            .cycle();
        assert!(
            ann.dialled
                .iter()
                .zip(turns)
                .all(|(dialled, turn)| dialled == turn)
        );
    }
    assert!(longest > 25_000, "{longest}");
}

#[test]
fn half_a_minute_of_health_makes_waits_short_again() {
    let mut ann = Ann::is_in();
    for _ in 0..8 {
        ann.loses_the_socket(1006);
        ann.waits_to_dial();
    }
    ann.gets_in(3);
    for _ in 0..30 {
        ann.waits(1_000);
        ann.hears(Event::Heartbeat);
    }
    ann.loses_the_socket(1006);
    assert!(ann.waits_to_dial() <= 1_010);
}

#[test]
fn a_try_is_given_up_after_five_seconds() {
    let mut ann = Ann::arrives();
    ann.engine.connect(ann.now);
    ann.acts();
    ann.waits(4_900);
    assert_eq!(ann.hung_up, [0; 0]);
    ann.waits(100);
    assert_eq!(ann.hung_up, [1000]);
    ann.waits_to_dial();
    ann.opens();
    ann.waits(5_000);
    assert_eq!(
        ann.hung_up,
        [1000, 1000],
        "a node that opens and says nothing is left too"
    );
}

#[test]
fn a_node_with_too_much_to_do_is_tried_again_when_it_said() {
    let mut waits = vec![];
    for seed in 0..50 {
        let mut ann = Ann::arrives_with(client::Start {
            seed,
            ..start(run(1..=3), &[A, B])
        });
        ann.engine.connect(ann.now);
        ann.acts();
        ann.opens();
        ann.hears(Event::TryAgain {
            retry_after_ms: 4_000,
        });
        ann.loses_the_socket(1013);
        waits.push(ann.waits_to_dial());
        assert_eq!(
            ann.dialled, ["ws://a:8080/ws?room=lobby"; 2],
            "it is at that node"
        );
        ann.loses_the_socket(1006);
        assert!(ann.waits_to_dial() <= 1_010, "said once, obeyed once");
    }
    let (soonest, latest) = (waits.iter().min(), waits.iter().max());
    assert!(
        soonest >= Some(&4_000) && latest <= Some(&5_010),
        "{waits:?}"
    );
    assert!(latest > Some(&4_500), "not all at once: {waits:?}");
}

#[test]
fn no_node_can_send_somebody_away_for_long() {
    let mut ann = Ann::arrives();
    ann.engine.connect(ann.now);
    ann.acts();
    ann.opens();
    ann.hears(Event::TryAgain {
        retry_after_ms: u64::MAX,
    });
    ann.loses_the_socket(1013);
    assert!(ann.waits_to_dial() <= 37_510);
}

#[test]
fn somebody_asks_to_try_now() {
    let mut ann = Ann::is_in();
    ann.loses_the_socket(1006);
    ann.wakes();
    assert_eq!(ann.dialled.len(), 2);
    ann.wakes();
    assert_eq!(ann.dialled.len(), 2, "one try at a time");
}

#[test]
fn the_nodes_told_by_a_node_take_the_place_of_those_known() {
    let mut ann = Ann::arrives_with(start(run(1..=3), &["http://localhost:8080"]));
    ann.nodes = vec![
        "http://127.0.0.1:8080".to_owned(),
        "http://127.0.0.2:8081".to_owned(),
    ];
    ann.connects(3);
    assert_eq!(
        ann.engine.node(),
        "http://localhost:8080",
        "by the name that works"
    );
    ann.loses_the_socket(1006);
    ann.waits_to_dial();
    assert_eq!(ann.engine.node(), "http://127.0.0.2:8081");
    ann.nodes.swap(0, 1);
    ann.gets_in(3);
    ann.loses_the_socket(1006);
    ann.waits_to_dial();
    assert_eq!(ann.engine.node(), "http://127.0.0.1:8080");
}

#[test]
fn a_node_that_joins_later_is_tried_too() {
    let mut ann = Ann::arrives_with(start(run(1..=3), &[A]));
    ann.connects(3);
    let nodes = vec![A.to_owned(), B.to_owned()];
    ann.hears(Event::Nodes { nodes });
    ann.loses_the_socket(1006);
    assert_eq!(ann.engine.node(), B);
}

#[test]
fn a_node_that_is_about_to_stop_is_left_within_its_time_without_a_wait() {
    let mut moments = vec![];
    for seed in 0..20 {
        let mut ann = Ann::arrives_with(client::Start {
            seed,
            ..start(run(1..=3), &[A, B])
        });
        ann.connects(3);
        ann.hears(Event::Goaway { within_ms: 4_000 });
        let after = ann.waits_to_dial();
        assert!(after <= 4_250, "{after}");
        assert_eq!(ann.hung_up, [1000]);
        assert_eq!(
            ann.dialled.last().map(String::as_str),
            Some("ws://b:8081/ws?room=lobby")
        );
        ann.gets_in(3);
        assert_eq!(ann.engine.link(), Link::Live);
        moments.push(after);
    }
    moments.sort_unstable();
    assert!(
        moments[0] < 1_000 && moments[19] > 3_000,
        "spread out: {moments:?}"
    );
}

#[test]
fn the_only_node_is_not_left_before_it_stops() {
    let mut ann = Ann::arrives_with(start(run(1..=3), &[A]));
    ann.connects(3);
    ann.hears(Event::Goaway { within_ms: 1_000 });
    ann.waits(5_000);
    assert_eq!(ann.engine.link(), Link::Live);
}

#[test]
fn close_codes_say_what_is_next() {
    for (code, reloads) in [(4001, 1), (4004, 1), (4003, 0)] {
        let mut ann = Ann::is_in();
        ann.loses_the_socket(code);
        assert_eq!(ann.engine.link(), Link::Stopped(code));
        assert_eq!(ann.reloads, reloads);
        ann.wakes();
        ann.waits(60_000);
        assert_eq!(ann.dialled.len(), 1);
    }
    let mut ann = Ann::is_in();
    ann.loses_the_socket(4003);
    ann.engine.connect(ann.now);
    ann.acts();
    assert_eq!(ann.dialled.len(), 2, "the user asked");
    for code in [1000, 1006, 1011, 1012, 1013, 4008, 4010, 4999] {
        let mut ann = Ann::is_in();
        ann.loses_the_socket(code);
        ann.waits_to_dial();
        assert_eq!(ann.reloads, 0);
    }
}

#[test]
fn whoever_became_somebody_else_loads_the_page_again() {
    let mut ann = Ann::arrives();
    ann.says("as Ann");
    ann.engine.connect(ann.now);
    ann.acts();
    ann.opens();
    ann.hears(Event::Welcome {
        session: crate::ann::id("s1"),
        me: person("Mal"),
        epoch: crate::ann::id("e1"),
        token: String::new(),
        nodes: vec![],
        rooms: vec![],
        more: false,
    });
    assert_eq!(ann.reloads, 1);
    assert_eq!(ann.sent(), [""; 0]);
}

#[test]
fn who_has_connected_somewhere_else_does_not_take_that_place_back_unasked() {
    let mut ann = Ann::is_in();
    ann.hears(Event::Error {
        reason: Reason::Elsewhere,
        message: "only one".to_owned(),
    });
    ann.loses_the_socket(4001);
    assert_eq!((ann.engine.link(), ann.reloads), (Link::Stopped(4001), 0));
    ann.waits(60_000);
    assert_eq!(ann.dialled.len(), 1);
    ann.engine.connect(ann.now);
    ann.acts();
    ann.opens();
    ann.is_welcomed("e1", 3);
    assert_eq!(ann.engine.last_word(), None);
    ann.loses_the_socket(4001);
    assert_eq!(ann.reloads, 1, "now the sign-in has ended");
}

#[test]
fn who_is_banned_is_told_why() {
    let mut ann = Ann::is_in();
    ann.hears(Event::Error {
        reason: Reason::Banned,
        message: "Too loud".to_owned(),
    });
    ann.loses_the_socket(4003);
    assert_eq!(ann.engine.link(), Link::Stopped(4003));
    let last = ann.engine.last_word();
    assert_eq!(last, Some((Reason::Banned, "Too loud")));
}

#[test]
fn what_comes_after_the_socket_was_given_up_is_not_heard() {
    let mut ann = Ann::is_in();
    ann.loses_the_socket(1006);
    ann.loses_the_socket(4001);
    ann.hears_entry(crate::ann::bobs(4));
    ann.opens();
    ann.shows(&["Bob: 1", "Bob: 2", "Bob: 3"]);
    assert_eq!((ann.reloads, ann.said.len()), (0, 0));
}

#[test]
fn a_page_goes_on_elsewhere_only_while_it_talks_to_another_node_than_its_own() {
    let mut ann = Ann::is_in();
    assert_eq!(ann.engine.elsewhere(), None);
    ann.loses_the_socket(1006);
    ann.waits_to_dial();
    assert_eq!(ann.engine.elsewhere(), None, "that one may be gone, too");
    ann.gets_in(3);
    assert_eq!(ann.engine.elsewhere(), Some((B, "ticket")));
}
