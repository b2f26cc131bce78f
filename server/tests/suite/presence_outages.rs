//! What presence promises while its server is away, and after.

use std::time::{Duration, Instant};

use server::presence::Error;

use crate::attendance::{World, connect, person, session, until};

pub async fn an_emptied_server_is_filled_again(mut world: World) {
    let (one, two) = (world.node("n1").await, world.node("n2").await);
    let (ann, bob) = (person("ann"), person("bob"));
    one.enters(&session("s1"), &ann).await;
    one.enters(&session("s2"), &ann).await;
    two.enters(&session("s3"), &bob).await;
    let before = one.online().await.version;
    world.server().empty().await;
    let start = Instant::now();
    two.comes_to_see(&[&ann, &bob]).await;
    assert!(
        start.elapsed() < Duration::from_secs(3),
        "took {:?}",
        start.elapsed()
    );
    assert!(one.online().await.version > before);

    two.leaves(&session("s3"), &bob).await;
    world.tells_that_left(&bob).await;
    assert_eq!(world.left(&ann), 0);
}

pub async fn a_restart_of_the_server_is_no_leave(mut world: World) {
    let (one, two) = (world.node("n1").await, world.node("n2").await);
    let (ann, bob, cyd, dan) = (person("ann"), person("bob"), person("cyd"), person("dan"));
    one.enters(&session("s1"), &ann).await;
    two.enters(&session("s2"), &bob).await;
    two.enters(&session("s3"), &cyd).await;
    world.server().kill();
    let away = two.presence.leave(&session("s3"), &cyd).await;
    assert!(matches!(away, Err(Error::Away(_))));
    let away = one.presence.enter(&session("s4"), &dan).await;
    assert!(matches!(away, Err(Error::Away(_))));
    assert!(matches!(one.presence.online().await, Err(Error::Away(_))));
    assert!(matches!(one.presence.beat().await, Err(Error::Away(_))));

    world.server().start_again();
    two.comes_to_see(&[&ann, &bob, &dan]).await;
    one.leaves(&session("s4"), &dan).await;
    world.tells_that_left(&dan).await;
    assert_eq!(
        [&ann, &bob, &cyd].map(|person| world.left(person)),
        [0, 0, 0]
    );
}

/// It comes back after longer than a node may be silent, as it was before the last changes.
pub async fn a_server_with_old_data_is_no_leave(mut world: World) {
    let (one, two) = (world.node("n1").await, world.node("n2").await);
    let (ann, bob, cyd, dan) = (person("ann"), person("bob"), person("cyd"), person("dan"));
    one.enters(&session("s1"), &ann).await;
    two.enters(&session("s2"), &bob).await;
    two.enters(&session("s3"), &cyd).await;
    world.server().save().await;
    one.enters(&session("s4"), &dan).await;
    one.enters(&session("s5"), &person("eve")).await;
    one.leaves(&session("s5"), &person("eve")).await;
    two.leaves(&session("s3"), &cyd).await;
    let before = one
        .presence
        .beat()
        .await
        .expect("presence is there")
        .version;
    world.server().kill();
    let start = Instant::now();
    until(|| async { start.elapsed() > Duration::from_secs(7) }).await;
    world.server().start_again();
    world.tells_that_left(&cyd).await;
    two.comes_to_see(&[&ann, &bob, &dan]).await;
    assert_eq!(
        [&ann, &bob, &cyd, &dan].map(|person| world.left(person)),
        [0, 0, 1, 0]
    );
    assert!(one.online().await.version > before);
}

pub async fn a_frozen_server_is_no_leave(mut world: World) {
    let (one, two) = (world.node("n1").await, world.node("n2").await);
    let (ann, bob, cyd) = (person("ann"), person("bob"), person("cyd"));
    one.enters(&session("s1"), &ann).await;
    two.enters(&session("s2"), &bob).await;
    world.server().freeze();
    for (call, away) in [
        one.presence.enter(&session("s3"), &cyd).await.map(|_| ()),
        two.presence.leave(&session("s2"), &bob).await,
        one.presence.online().await.map(|_| ()),
    ]
    .into_iter()
    .enumerate()
    {
        assert!(matches!(away, Err(Error::Away(_))), "call {call}");
    }
    // Longer than a node may be silent.
    let start = Instant::now();
    until(|| async { start.elapsed() > Duration::from_secs(7) }).await;
    world.server().thaw();
    one.comes_to_see(&[&ann, &bob, &cyd]).await;
    world.tells_that_left(&bob).await;
    two.comes_to_see(&[&ann, &cyd]).await;
    assert_eq!([&ann, &cyd].map(|person| world.left(person)), [0, 0]);
}

pub async fn no_call_takes_longer_than_two_seconds(mut world: World) {
    let node = world.node("n1").await;
    node.enters(&session("s1"), &person("ann")).await;
    world.server().freeze();
    for _ in 0..2 {
        let start = Instant::now();
        let away = node.presence.enter(&session("s2"), &person("bob")).await;
        assert!(matches!(away, Err(Error::Away(_))));
        assert!(
            start.elapsed() < Duration::from_secs(3),
            "took {:?}",
            start.elapsed()
        );
    }
    let start = Instant::now();
    let (url, shown) = world.server().secret_url();
    let error = connect(&url, "n2").await.err().expect("nobody answers");
    assert!(
        start.elapsed() < Duration::from_secs(3),
        "took {:?}",
        start.elapsed()
    );
    let text = error.to_string();
    assert!(text.contains(&shown) && !text.contains("secret"), "{text}");
    world.server().thaw();
}

pub async fn five_thousand_sessions_register_again_at_once(mut world: World) {
    let node = world.node("n1").await;
    for i in 0..5_000 {
        node.enters(&session(&format!("s{i}")), &person(&format!("p{i}")))
            .await;
    }
    world.server().empty().await;
    let start = Instant::now();
    let is_full = || async {
        let online = node.presence.online().await;
        online.is_ok_and(|online| online.people.len() == 5_000)
    };
    until(is_full).await;
    let took = start.elapsed();
    assert!(took < Duration::from_secs(10), "took {took:?}");
}
