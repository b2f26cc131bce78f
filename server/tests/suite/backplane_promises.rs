//! What every backplane promises a node, alone or not.

use std::time::{Duration, Instant};

use server::backplane::Heard;
use server::frame::{Frame, Topic};

use crate::listener::{World, entry, room};

pub async fn a_follower_hears_what_is_published_after(world: World) {
    let mut ann = world.follower(&[room("lobby")]).await;
    ann.publish(&entry("lobby", 1));
    ann.hears(&entry("lobby", 1)).await;
}

pub async fn a_topic_nobody_followed_is_not_heard(world: World) {
    let mut ann = world.follower(&[room("lobby")]).await;
    ann.publish(&entry("kitchen", 1));
    ann.publish(&Frame {
        topic: Topic::All,
        seq: 0,
        text: "{}".into(),
        act: None,
    });
    ann.publish(&entry("lobby", 1));
    ann.hears(&entry("lobby", 1)).await;
}

pub async fn an_unfollowed_topic_is_not_heard(world: World) {
    let mut ann = world.follower(&[room("lobby"), room("kitchen")]).await;
    ann.unfollow(&[room("lobby")]).await;
    // What is unfollowed before a follow that returned is out of it too.
    ann.follow(&[room("hall")]).await;
    ann.publish(&entry("lobby", 1));
    ann.publish(&entry("kitchen", 1));
    ann.hears(&entry("kitchen", 1)).await;
}

pub async fn a_topic_followed_again_is_heard_once(world: World) {
    let mut ann = world.follower(&[room("lobby")]).await;
    ann.unfollow(&[room("lobby")]).await;
    ann.follow(&[room("lobby")]).await;
    ann.follow(&[room("lobby")]).await;
    ann.publish(&entry("lobby", 1));
    ann.publish(&entry("lobby", 2));
    ann.hears(&entry("lobby", 1)).await;
    ann.hears(&entry("lobby", 2)).await;
}

pub async fn many_topics_are_followed_at_once(world: World) {
    let names: Vec<String> = (0..2_500).map(|i| format!("room-{i}")).collect();
    let topics: Vec<Topic> = names.iter().map(|name| room(name)).collect();
    let mut ann = world.node().await;
    let start = Instant::now();
    ann.follow(&topics).await;
    assert!(
        start.elapsed() < Duration::from_secs(1),
        "took {:?}",
        start.elapsed()
    );
    for name in names.iter().step_by(499) {
        ann.publish(&entry(name, 1));
        ann.hears(&entry(name, 1)).await;
    }
}

pub async fn frames_of_one_publisher_come_in_order(world: World) {
    let mut ann = world.follower(&[room("lobby"), room("kitchen")]).await;
    let frames: Vec<Frame> = (1..=5_000)
        .map(|seq| entry(if seq % 3 == 0 { "kitchen" } else { "lobby" }, seq))
        .collect();
    frames.iter().for_each(|frame| ann.publish(frame));
    for frame in &frames {
        ann.hears(frame).await;
    }
    ann.counts_to(|counters| counters.published(), 5_000).await;
    ann.counts_to(|counters| counters.heard(), 5_000).await;
    assert_eq!(ann.dropped(), 0);
}

/// What every backplane keeps in order, those too that spread topics over several servers.
pub async fn frames_of_one_topic_come_in_order(world: World) {
    let mut ann = world.follower(&[room("lobby"), room("kitchen")]).await;
    for seq in 1..=2_500 {
        ann.publish(&entry("lobby", seq));
        ann.publish(&entry("kitchen", seq));
    }
    let mut heard = [0, 0];
    while heard != [2_500, 2_500] {
        let Heard::Frame(frame) = ann.next().await else {
            panic!("nothing else is told");
        };
        let last = &mut heard[usize::from(frame.topic == room("kitchen"))];
        assert_eq!(frame.seq, *last + 1, "of {}", frame.topic);
        *last = frame.seq;
    }
    assert_eq!(ann.dropped(), 0);
}

pub async fn a_frame_comes_as_it_was_published(world: World) {
    let mut ann = world.follower(&[Topic::All, room("lobby")]).await;
    let long = format!("{{\"body\":\"{}\"}}", "名\\n".repeat(5_000));
    for text in ["{}", "{\"body\":\"two\nlines \u{1F600}\"}", &long] {
        for (topic, seq) in [(Topic::All, 0), (room("lobby"), u64::MAX)] {
            let frame = Frame {
                topic,
                seq,
                text: text.into(),
                act: None,
            };
            ann.publish(&frame);
            ann.hears(&frame).await;
        }
    }
}
