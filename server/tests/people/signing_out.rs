//! Ending all sign-ins at once.

use std::time::{Duration, Instant};

use crate::world::person::location;
use crate::world::{Client, Node, Visitor, World};
use crate::{PASSWORD, account, is_signed_in, signs_in};

/// Signs out everywhere; how long it took until all these sockets were closed for it.
async fn signs_out_everywhere(ann: &Visitor, node: &Node, sockets: &mut [Client]) -> Duration {
    let left = ann.submits(node, "/account/sign-out-everywhere", &[]).await;
    let began = Instant::now();
    assert_eq!(location(&left), "/sign-in");
    for socket in sockets {
        assert_eq!(socket.is_closed().await, 4001);
    }
    began.elapsed()
}

#[tokio::test]
async fn all_sockets_of_all_sign_ins_end_on_every_node_within_a_second() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let (ann, phone) = (
        account(&one, "Ann").await,
        signs_in(&two, "Ann", PASSWORD).await,
    );
    let mut bob = Visitor::joins(&one, "Bob").await.enters(&one).await;
    let mut sockets = [
        ann.enters(&one).await,
        ann.enters(&two).await,
        phone.enters(&one).await,
        phone.enters(&two).await,
    ];
    let took = signs_out_everywhere(&ann, &one, &mut sockets).await;
    assert!(took <= Duration::from_secs(1), "{took:?}");
    assert!(!is_signed_in(&ann, &two).await && !is_signed_in(&phone, &two).await);
    bob.says("I stay").await;
    signs_in(&two, "Ann", PASSWORD).await;
}

#[tokio::test]
async fn it_is_heard_with_redis_away() {
    let mut world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let (ann, phone) = (
        account(&one, "Ann").await,
        signs_in(&two, "Ann", PASSWORD).await,
    );
    let mut sockets = [ann.enters(&two).await, phone.enters(&two).await];
    world.redis().kill();
    let took = signs_out_everywhere(&ann, &one, &mut sockets).await;
    assert!(took <= Duration::from_millis(1_500), "{took:?}");
}
