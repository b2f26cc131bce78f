//! What programs make of people and rooms, and the tickets for them.

use std::collections::BTreeSet;

use protocol::{Kind, Name, Person, Reason, RoomId, RoomKind, UserId, limits};
use server::store::{
    Admins, Alias, Called, Error, Hashed, MembersWanted, NewKey, NotPut, PasswordChange, RoomPut,
    RoomWanted, Scope, Store, Token,
};

use crate::world::{World, all_made, deed, join, member, new_room, private, refused};

async fn program(store: &Store, name: &str) -> Person {
    let new = NewKey {
        name: Name::parse(name).expect("a name"),
        scopes: BTreeSet::from([Scope::People]),
        rooms: None,
    };
    let token = store.keys.make(new).await.expect("made");
    let key = store.keys.recognise(&token).await.expect("an answer");
    key.expect("it is good").program
}

fn key(text: &str) -> Alias {
    text.parse().expect("a key")
}

fn called<T>(text: &str) -> Called<T> {
    Called::Alias(key(text))
}

async fn put(store: &Store, program: &Person, alias: &str, name: &str) -> Person {
    let name = Name::parse(name).expect("a name");
    let put = store
        .embedding
        .put_person(program, &key(alias), &name)
        .await;
    put.expect("an answer").person
}

fn wanted(kind: RoomKind, members: &[&str]) -> RoomWanted {
    let members = members.iter().map(|member| called(member));
    RoomWanted {
        kind,
        name: "Plan".to_owned(),
        topic: String::new(),
        members: MembersWanted::Exactly(members.collect()),
    }
}

async fn put_room(
    store: &Store,
    program: &Person,
    alias: &str,
    wanted: RoomWanted,
) -> Result<RoomPut, NotPut> {
    let alias = key(alias);
    let put = store.embedding.put_room(deed(program), &alias, wanted);
    put.await.expect("an answer")
}

/// The keys of those who were added, and of those who were removed.
fn changed(put: &RoomPut) -> (Vec<String>, Vec<String>) {
    let keys = |members: &[server::store::Member]| {
        let alias = |member: &server::store::Member| {
            let alias = member.alias.as_ref().map(Alias::to_string);
            alias.unwrap_or("?".to_owned())
        };
        let mut keys: Vec<String> = members.iter().map(alias).collect();
        keys.sort();
        keys
    };
    (keys(&put.added), keys(&put.removed))
}

pub async fn somebody_of_a_programs_is_made_once(world: World) {
    let store = world.open();
    let (shop, other) = (
        program(&store, "Shop").await,
        program(&store, "Other").await,
    );
    let ann = put(&store, &shop, "7", "Ann").await;
    assert_eq!(put(&world.open(), &shop, "7", "Ann").await, ann);
    let anna = put(&store, &shop, "7", "Anna").await;
    assert_eq!((&anna.id, anna.name.as_str()), (&ann.id, "Anna"));
    let found = store.embedding.person(&shop, &key("7")).await;
    assert_eq!(found.expect("an answer"), Some(anna));
    for (whose, alias) in [(&shop, "8"), (&other, "7")] {
        let found = store.embedding.person(whose, &key(alias)).await;
        assert_eq!(found.expect("an answer"), None);
    }
    // As everybody: in the lobby, and with an inbox.
    let rooms = store.shelf.rooms(&ann.id).await.expect("a list");
    assert_eq!(rooms[0].id, RoomId::lobby());
    join(&store, "Ann").await;
}

pub async fn a_name_somebody_has_gets_the_next_free_number(world: World) {
    let store = world.open();
    let shop = program(&store, "Shop").await;
    join(&store, "Ann").await;
    let mut names = Vec::new();
    for nth in 2..=40 {
        let ann = put(&store, &shop, &nth.to_string(), "Ann").await;
        names.push(ann.name.to_string());
    }
    let expected: Vec<String> = (2..=40).map(|nth| format!("Ann {nth}")).collect();
    assert_eq!(names, expected);
    assert_eq!(
        put(&store, &shop, "30", "Ann").await.name.as_str(),
        "Ann 30"
    );
    assert_eq!(put(&store, &shop, "30", "Bo").await.name.as_str(), "Bo");
    assert_eq!(put(&store, &shop, "31", "Bo").await.name.as_str(), "Bo 2");
    assert_eq!(
        put(&store, &shop, "9", "SHOP").await.name.as_str(),
        "SHOP 2"
    );
}

pub async fn many_at_once_get_names_of_their_own(world: World) {
    let store = world.open();
    let shop = program(&store, "Shop").await;
    let keys: Vec<String> = (0..20).map(|nth| (nth % 10).to_string()).collect();
    let puts = keys.iter().map(|alias| put(&store, &shop, alias, "Ann"));
    let people = futures_util::future::join_all(puts).await;
    let ids: BTreeSet<&UserId> = people.iter().map(|person| &person.id).collect();
    let names: BTreeSet<&str> = people.iter().map(|person| person.name.as_str()).collect();
    assert_eq!((ids.len(), names.len()), (10, 10));
}

pub async fn a_room_has_whom_the_program_says_and_each_is_told(world: World) {
    let store = world.open();
    let shop = program(&store, "Shop").await;
    for (alias, name) in [("a", "Ann"), ("b", "Bob"), ("c", "Cyd")] {
        put(&store, &shop, alias, name).await;
    }
    let private = |members: &[&str]| wanted(RoomKind::Private, members);
    let made = put_room(&store, &shop, "doc", private(&["a", "b"])).await;
    let made = made.expect("made");
    assert!(made.is_new);
    let kinds: Vec<Kind> = made.entries.iter().map(|entry| entry.kind).collect();
    assert_eq!(
        kinds,
        [Kind::Added; 4],
        "in the room and in the inbox of each"
    );
    let same = put_room(&store, &shop, "doc", private(&["b", "a", "a"])).await;
    let same = same.expect("so");
    assert!(!same.is_new && same.entries.is_empty(), "{same:?}");
    let next = RoomWanted {
        name: "Plan B".to_owned(),
        topic: "soon".to_owned(),
        ..private(&["b", "c"])
    };
    let put = put_room(&store, &shop, "doc", next).await.expect("so");
    assert_eq!(changed(&put), (vec!["c".to_owned()], vec!["a".to_owned()]));
    let kinds: Vec<Kind> = put.entries.iter().map(|entry| entry.kind).collect();
    use Kind::{Added, Described, Removed, Renamed};
    assert_eq!(kinds, [Renamed, Described, Removed, Removed, Added, Added]);
    let hall = store.podium.hall(&made.room).await.expect("an answer");
    let hall = hall.expect("it is there");
    let told = (hall.name.as_str(), hall.topic.as_str(), hall.people.len());
    assert_eq!(told, ("Plan B", "soon", 2));
}

pub async fn a_programs_room_stays_as_it_was_where_something_is_wrong(world: World) {
    let store = world.open();
    let shop = program(&store, "Shop").await;
    put(&store, &shop, "a", "Ann").await;
    let made = put_room(&store, &shop, "doc", wanted(RoomKind::Private, &["a"])).await;
    let room = made.expect("made").room;
    let before = store.podium.hall(&room).await.expect("an answer");
    let unknown = wanted(RoomKind::Private, &["z", "a", "y"]);
    let refusal = put_room(&store, &shop, "doc", unknown).await;
    assert_eq!(
        refusal,
        Err(NotPut::Unknown(vec![called("z"), called("y")]))
    );
    let public = put_room(&store, &shop, "doc", wanted(RoomKind::Public, &[])).await;
    assert_eq!(public, Err(NotPut::OtherKind(RoomKind::Private)));
    let none = MembersWanted::With(called("a"));
    let none = store
        .embedding
        .put_members(deed(&shop), &key("none"), none)
        .await;
    refused(none, &Error::RoomUnknown);
    let lobby = RoomWanted {
        name: "LOBBY".to_owned(),
        ..wanted(RoomKind::Public, &[])
    };
    let taken = store
        .embedding
        .put_room(deed(&shop), &key("new"), lobby)
        .await;
    refused(taken, &Error::RoomNameTaken);
    assert_eq!(store.podium.hall(&room).await.expect("an answer"), before);
}

pub async fn who_may_not_come_is_left_out_and_the_others_come(world: World) {
    let store = world.open();
    let shop = program(&store, "Shop").await;
    let admin = crate::world::administrator(&store, "Admina").await;
    for (alias, name) in [("a", "Ann"), ("b", "Bob"), ("c", "Cyd")] {
        put(&store, &shop, alias, name).await;
    }
    let ann = store.embedding.person(&shop, &key("a")).await;
    let ann = ann.expect("an answer").expect("there");
    let banned = store.bans.ban(&admin, &ann.id, "loud").await;
    assert!(banned.expect("an answer").is_some());
    let bob = put(&store, &shop, "b", "Bob").await;
    // The lobby is one of them.
    for _ in 1..limits::ROOMS_PER_USER_MAX {
        private(&store, &bob).await;
    }
    let all = wanted(RoomKind::Private, &["a", "b", "c"]);
    let put = put_room(&store, &shop, "doc", all).await.expect("made");
    assert_eq!(changed(&put).0, ["c"]);
    let mut left_out: Vec<_> = put.left_out.iter().map(|(_, reason)| *reason).collect();
    left_out.sort_by_key(|reason| *reason == Reason::Banned);
    assert_eq!(left_out, [Reason::TooManyRooms, Reason::Banned]);
}

pub async fn into_a_programs_room_nobody_else_lets_people(world: World) {
    let store = world.open();
    let shop = program(&store, "Shop").await;
    let guest = join(&store, "Guest").await;
    let ann = put(&store, &shop, "a", "Ann").await;
    let made = put_room(&store, &shop, "doc", wanted(RoomKind::Private, &["a"])).await;
    let room = made.expect("made").room;
    let added = store.rooms.add(deed(&ann), &room, &guest.id).await;
    refused(added, &Error::NotAllowed);
    let own = private(&store, &ann).await;
    member(&store, &ann, &own, &guest).await;
    // One's own feet are one's own.
    all_made(store.rooms.remove(deed(&ann), &room, &ann.id, "").await);
    let put = put_room(&store, &shop, "doc", wanted(RoomKind::Private, &["a"])).await;
    assert_eq!(changed(&put.expect("so")).0, ["a"]);
    let group = new_room(RoomKind::Group, "", &[&ann]);
    all_made(store.rooms.open(deed(&guest), group).await);
}

pub async fn a_ticket_signs_in_once(world: World) {
    let store = world.open();
    let shop = program(&store, "Shop").await;
    let ann = put(&store, &shop, "a", "Ann").await;
    let made = put_room(&store, &shop, "doc", wanted(RoomKind::Private, &["a"])).await;
    let room = made.expect("made").room;
    let ticket = store
        .tickets
        .issue(&shop, called("a"), Some(called("doc")))
        .await;
    let ticket = ticket.expect("a ticket");
    let other = world.open();
    let redeemed = other
        .tickets
        .redeem(&ticket, None)
        .await
        .expect("an answer");
    let redeemed = redeemed.expect("it is good");
    assert_eq!((&redeemed.person, &redeemed.room), (&ann, &Some(room)));
    let token = redeemed.token.expect("a sign-in");
    let known = store.directory.recognise(&token).await.expect("an answer");
    let known = known.expect("it is good");
    assert!(known.person == ann && known.is_programs);
    let change = PasswordChange {
        from: None,
        to: Hashed("a hash".to_owned()),
        admins: Admins::First,
    };
    refused(
        store.accounts.keep(&token, change).await,
        &Error::NotAllowed,
    );
    for again in [&ticket, &Token::random()] {
        assert_eq!(
            store.tickets.redeem(again, None).await.expect("an answer"),
            None
        );
    }
    // The browser that has it goes on with it.
    let ticket = store
        .tickets
        .issue(&shop, Called::Id(ann.id.clone()), None)
        .await;
    let second = store
        .tickets
        .redeem(&ticket.expect("a ticket"), Some(&token))
        .await;
    let second = second.expect("an answer").expect("it is good");
    assert_eq!(
        (second.token, second.ended, second.room),
        (None, None, None)
    );
    // Somebody else of the program's takes it over.
    put(&store, &shop, "b", "Bob").await;
    let ticket = store.tickets.issue(&shop, called("b"), None).await;
    let third = store
        .tickets
        .redeem(&ticket.expect("a ticket"), Some(&token))
        .await;
    let third = third.expect("an answer").expect("it is good");
    let ended = third.ended.expect("it is told");
    assert_eq!(
        (ended.room, ended.kind),
        (RoomId::inbox(&ann.id), Kind::SignedOut)
    );
    assert_eq!(
        store.directory.recognise(&token).await.expect("an answer"),
        None
    );
    assert_eq!(
        put(&store, &shop, "a", "Ann").await,
        ann,
        "the name is still theirs"
    );
}

pub async fn tickets_are_for_a_programs_own_people_alone(world: World) {
    let store = world.open();
    let (shop, other) = (
        program(&store, "Shop").await,
        program(&store, "Other").await,
    );
    let guest = join(&store, "Guest").await;
    let theirs = put(&store, &other, "a", "Ann").await;
    for who in [
        called("a"),
        Called::Id(guest.id.clone()),
        Called::Id(theirs.id.clone()),
    ] {
        let issued = store.tickets.issue(&shop, who, None).await;
        refused(issued, &Error::PersonUnknown);
    }
    put(&store, &shop, "b", "Bob").await;
    let secret = private(&store, &guest).await;
    for room in [
        Called::Id(secret),
        called("doc"),
        Called::Id(RoomId::inbox(&guest.id)),
    ] {
        let issued = store.tickets.issue(&shop, called("b"), Some(room)).await;
        refused(issued, &Error::RoomUnknown);
    }
}
