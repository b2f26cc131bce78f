//! A room with as many people as it may have.

use protocol::limits::ROOM_PEOPLE_MAX;
use rusqlite::Connection;
use server::store::Error;

use crate::world::{World, deed, join, public, refused, told};

#[tokio::test]
async fn a_full_room_takes_nobody_until_somebody_leaves() {
    let world = World::sqlite();
    let store = world.open();
    let (ann, bob) = (join(&store, "Ann").await, join(&store, "Bob").await);
    let cyd = join(&store, "Cyd").await;
    let tea = public(&store, &ann, "Tea").await;
    // By hand, as so many cannot join in a test's time.
    let crowd = format!(
        "WITH RECURSIVE nth (n) AS (SELECT 3 UNION ALL SELECT n + 1 FROM nth WHERE n < {ROOM_PEOPLE_MAX})
         INSERT INTO person (id, name, folded, since) SELECT 'crowd' || n, 'Crowd ' || n, 'crowd' || n, 1 FROM nth;
         INSERT INTO member (room, person, from_seq) SELECT '{tea}', id, 1 FROM person WHERE id GLOB 'crowd*'"
    );
    let file = Connection::open(world.file()).expect("the file");
    file.execute_batch(&crowd).expect("a crowd");
    told(store.rooms.join(deed(&bob), &tea).await);
    let there = store.shelf.members(&cyd.id, &tea, 3).await;
    let there = there.expect("who is there");
    assert_eq!(
        (there.count, there.people.len()),
        (ROOM_PEOPLE_MAX as u64, 3)
    );
    refused(store.rooms.join(deed(&cyd), &tea).await, &Error::RoomFull);
    told(store.rooms.remove(deed(&bob), &tea, &bob.id, "").await);
    told(store.rooms.join(deed(&cyd), &tea).await);
}
