//! Heart-beats as they were agreed on.

use std::time::{Duration, Instant};

use crate::frame::{Frame, Told};
use crate::line::Way;
use crate::speaker::Speaker;
use crate::world::World;

async fn connects(speaker: &mut Speaker, beats: &str) -> Frame {
    let headers = [("accept-version", "1.0,1.1,1.2"), ("heart-beat", beats)];
    speaker.sends("CONNECT", &headers, "").await;
    speaker.hears().await
}

#[tokio::test]
async fn a_beat_comes_each_ten_seconds_over_every_transport() {
    let world = World::alone();
    let node = world.node().await;
    let beats = Way::ALL.map(async |way| {
        let mut speaker = Speaker::opens(&node, way, "").await;
        let connected = connects(&mut speaker, "0,10000").await;
        assert_eq!(connected.header("heart-beat"), "10000,10000");
        let since = Instant::now();
        while speaker.is_told().await != Told::Beat {}
        let took = since.elapsed();
        assert!(took >= Duration::from_millis(9_500), "{way:?}: {took:?}");
    });
    futures_util::future::join_all(beats).await;
}

#[tokio::test]
async fn who_promised_beats_and_sends_none_is_closed_after_thirty_seconds_and_who_sends_them_is_not()
 {
    let world = World::alone();
    let node = world.node().await;
    let mut silent = Speaker::opens(&node, Way::Plain, "").await;
    connects(&mut silent, "10000,0").await;
    let since = Instant::now();
    let mut live = Speaker::opens(&node, Way::Plain, "").await;
    connects(&mut live, "10000,10000").await;
    let beating = async {
        loop {
            if live.is_told().await == Told::Beat {
                live.line.writes("\n").await;
            }
        }
    };
    // Its WebSocket answers pings all the time.
    let silence = async {
        loop {
            match silent.is_told().await {
                Told::Frame(frame) => return frame,
                Told::Close(code) => panic!("closed with {code} first"),
                _ => {}
            }
        }
    };
    let error = tokio::select! {
        () = beating => unreachable!("it never ends"),
        error = tokio::time::timeout(Duration::from_secs(60), silence) => error.expect("in time"),
    };
    let took = since.elapsed();
    assert!(took >= Duration::from_millis(29_500), "{took:?}");
    assert!(error.header("message").contains("heart-beats"), "{error:?}");
    assert_eq!(silent.is_closed().await, 4011);
    live.subscribes("still", "/topic/public").await;
}

#[tokio::test]
async fn the_version_is_the_newest_of_both_sides() {
    let world = World::alone();
    let node = world.node().await;
    for (headers, version) in [
        (&[("accept-version", "1.0,1.1,1.2")][..], "1.2"),
        (&[("accept-version", "1.1,1.0")], "1.1"),
        (&[("login", "x"), ("passcode", "y")], "1.0"),
    ] {
        let mut speaker = Speaker::opens(&node, Way::Plain, "").await;
        speaker.sends("STOMP", headers, "").await;
        let connected = speaker.hears().await;
        assert_eq!(
            (connected.verb.as_str(), connected.header("version")),
            ("CONNECTED", version)
        );
        if version == "1.0" {
            // Subscriptions need no id there.
            speaker
                .sends("SUBSCRIBE", &[("destination", "/topic/public")], "")
                .await;
            speaker.is_called("Old").await;
            speaker.says("hi").await;
            assert_eq!(speaker.sees("hi").await.headers.get("subscription"), None);
            speaker
                .sends(
                    "UNSUBSCRIBE",
                    &[("destination", "/topic/public"), ("receipt", "u")],
                    "",
                )
                .await;
            speaker.has_receipt("u").await;
        }
    }
}
