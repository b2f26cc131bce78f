//! How big a message may be.

use protocol::{Reason, limits::FRAME_BYTES_MAX};

use crate::fragments::parts;
use crate::world::raw::{CONTINUED, FIN, Raw, TEXT, frame, head};
use crate::world::{Visitor, World};
use crate::{Answer, Case, check};

#[tokio::test]
async fn a_message_may_be_as_long_as_the_limit_and_no_longer() {
    let (most, more) = (vec![b'x'; FRAME_BYTES_MAX], vec![b'x'; FRAME_BYTES_MAX + 1]);
    let malformed = [Answer::Error(Reason::Malformed)];
    let mut cases = vec![
        Case::new("the most", &[frame(FIN | TEXT, &most)], &malformed),
        Case::closed("a byte more", &[frame(FIN | TEXT, &more)], &[1009]),
        Case::closed(
            "a megabyte",
            &[frame(FIN | TEXT, &vec![b'x'; 1 << 20])],
            &[1009],
        ),
        Case::closed(
            "too much, never ended",
            &[frame(TEXT, &most), frame(CONTINUED, b"x")],
            &[1009],
        ),
    ];
    for size in [1_000, FRAME_BYTES_MAX / 2, FRAME_BYTES_MAX] {
        let name = format!("the most in parts of {size}");
        cases.push(Case::new(name, &parts(&most, size), &malformed));
        let name = format!("a byte more in parts of {size}");
        cases.push(Case::closed(name, &parts(&more, size), &[1009]));
    }
    check(cases).await;
}

#[tokio::test]
async fn a_length_announced_is_not_yet_allocated() {
    const CLIENTS: usize = 50;
    let lengths = [
        1 << 20,
        1 << 31,
        1 << 32,
        1 << 40,
        i64::MAX as u64,
        1 << 63,
        u64::MAX,
    ];
    let mut cases = Vec::new();
    for length in lengths {
        let frames = [head(FIN | TEXT, length)];
        cases.push(Case::closed(format!("{length}"), &frames, &[1009, 1002]));
        let frames = [frame(TEXT, b"{"), head(FIN | CONTINUED, length)];
        cases.push(Case::closed(
            format!("{length} more"),
            &frames,
            &[1009, 1002],
        ));
    }
    check(cases).await;

    let world = World::alone();
    let node = world.node().await;
    let before = node.memory_kib();
    for nth in 0..CLIENTS {
        let visitor = Visitor::joins(&node, &format!("person {nth}")).await;
        let mut raw = Raw::enters(&node, &visitor.cookie).await;
        raw.writes(&head(FIN | TEXT, i64::MAX as u64)).await;
        raw.hears_until(|heard| Answer::Closed(&[1009, 1002]).is(heard))
            .await;
    }
    let grown = node.memory_kib().saturating_sub(before);
    assert!(
        grown < 16 * 1024,
        "{grown} KiB for {CLIENTS} announced lengths"
    );
}
