//! Kept names, administrators and bans.

use std::sync::Arc;

use protocol::{Kind, Name, Person, RoomId, SessionId, Target};
use server::store::{Admins, Error, Hashed, PasswordChange, Reader, Span, Store, Token, random_id};

use crate::world::World;

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn hashed(text: &str) -> Hashed {
    Hashed(text.to_owned())
}

fn first(to: &str) -> PasswordChange {
    PasswordChange {
        from: None,
        to: hashed(to),
        admins: Admins::First,
    }
}

async fn guest(store: &Store, text: &str) -> (Person, Token) {
    store.directory.join(name(text)).await.expect("it is free")
}

async fn account(store: &Store, text: &str) -> (Person, Token) {
    let (person, token) = guest(store, text).await;
    let kept = store.accounts.keep(&token, first("hash 1")).await;
    assert_eq!(kept.expect("it is kept"), []);
    (person, token)
}

async fn is_good(store: &Store, token: &Token) -> bool {
    let found = store.directory.recognise(token).await.expect("an answer");
    found.is_some()
}

async fn is_admin(store: &Store, token: &Token) -> bool {
    let found = store.directory.recognise(token).await.expect("an answer");
    found.expect("it is good").is_admin
}

/// What the inbox has told, in order.
async fn told(store: &Store, user: &Person) -> Vec<(Kind, String)> {
    let inbox = RoomId::inbox(&user.id);
    let page = store
        .log
        .read(Reader::User(&user.id), &inbox, Span::newest(99));
    let entries = page.await.expect("a page").entries;
    let told = entries.into_iter().map(|entry| (entry.kind, entry.body));
    told.collect()
}

pub async fn a_kept_name_is_found_however_it_is_written(world: World) {
    let store = world.open();
    let (ann, _) = account(&store, "Ann Lee").await;
    guest(&store, "Bob").await;
    for alike in ["Ann Lee", "ANNLEE", "Ａnn Lee"] {
        let found = store.accounts.account(&name(alike)).await;
        let found = found.expect("an answer").expect("an account");
        assert_eq!(
            (found.person, found.password),
            (ann.clone(), hashed("hash 1"))
        );
        assert_eq!(found.banned, None);
    }
    for other in ["Bob", "Cyd"] {
        let found = store.accounts.account(&name(other)).await;
        assert_eq!(found.expect("an answer"), None, "{other}");
    }
}

pub async fn the_name_of_an_account_is_never_free(world: World) {
    let store = world.open();
    let (ann, token) = account(&store, "Ann").await;
    store.directory.sign_out(&token).await.expect("it ends");
    guest(&store, "Bob").await; // joining tidies up
    let joined = world.open().directory.join(name("ann")).await;
    assert!(matches!(joined, Err(Error::NameTaken)), "{joined:?}");
    let (again, ended) = store
        .accounts
        .sign_in(&ann.id, &hashed("hash 1"), None)
        .await
        .expect("her");
    assert_eq!(ended, None);
    assert!(is_good(&store, &again).await);
}

pub async fn the_first_account_is_an_administrators_unless_others_are_named(world: World) {
    let store = world.open();
    let (_, guest_first) = guest(&store, "Guest").await;
    let (_, ann) = account(&store, "Ann").await;
    let (_, bob) = account(&store, "Bob").await;
    assert!(is_admin(&store, &ann).await);
    assert!(!is_admin(&store, &bob).await && !is_admin(&store, &guest_first).await);
    let named = [name("BOB"), name("Guest"), name("Nobody")];
    store.bans.promote(&named).await.expect("done");
    assert!(is_admin(&store, &bob).await);
    assert!(store.bans.demote(&name("BOB")).await.expect("done"));
    assert!(!is_admin(&store, &bob).await && is_admin(&store, &ann).await);
    for nobody in ["Bob", "Guest", "Nobody"] {
        assert!(!store.bans.demote(&name(nobody)).await.expect("done"));
    }
    assert!(
        !is_admin(&store, &guest_first).await,
        "a guest's name is not theirs yet"
    );

    let store = world.another();
    let store = store.open();
    for (who, is) in [("Bob", false), ("ann", true)] {
        let (_, token) = guest(&store, who).await;
        let admins = Admins::Named(vec![name("Ann")]);
        let change = PasswordChange {
            admins,
            ..first("hash")
        };
        store.accounts.keep(&token, change).await.expect("kept");
        assert_eq!(is_admin(&store, &token).await, is, "{who}");
    }
}

pub async fn of_many_first_accounts_at_once_one_is_the_administrators(world: World) {
    let stores = [Arc::new(world.open()), Arc::new(world.open())];
    let mut keeping = Vec::new();
    for nth in 0..20 {
        let store = stores[nth % 2].clone();
        let (_, token) = guest(&store, &format!("name {nth}")).await;
        keeping.push(tokio::spawn(async move {
            let kept = store.accounts.keep(&token, first("hash")).await;
            kept.expect("it is kept");
            token
        }));
    }
    let mut administrators = 0;
    for token in keeping {
        let token = token.await.expect("an answer");
        administrators += usize::from(is_admin(&stores[0], &token).await);
    }
    assert_eq!(administrators, 1);
}

pub async fn a_password_is_changed_from_what_it_is_and_ends_the_other_sign_ins(world: World) {
    let store = world.open();
    let (ann, here) = account(&store, "Ann").await;
    let (there, _) = store
        .accounts
        .sign_in(&ann.id, &hashed("hash 1"), None)
        .await
        .expect("her");
    let resume = store.directory.resume_token(&here).await.expect("a token");
    for wrong in [None, Some(hashed("hash 2"))] {
        let change = PasswordChange {
            from: wrong,
            ..first("hash 3")
        };
        let refused = store.accounts.keep(&here, change).await;
        assert!(matches!(refused, Err(Error::PasswordWrong)), "{refused:?}");
    }
    assert!(is_good(&store, &there).await);
    let change = PasswordChange {
        from: Some(hashed("hash 1")),
        ..first("hash 3")
    };
    let ended = store.accounts.keep(&resume, change).await.expect("changed");
    assert_eq!(ended.len(), 1);
    assert!(is_good(&store, &here).await && is_good(&store, &resume).await);
    let old = store
        .accounts
        .sign_in(&ann.id, &hashed("hash 1"), None)
        .await;
    assert!(matches!(old, Err(Error::PasswordWrong)), "{old:?}");
    assert!(!is_good(&store, &there).await);
    assert_eq!(told(&store, &ann).await, [(Kind::SignedOut, String::new())]);
    let stranger = store.accounts.keep(&Token::random(), first("x")).await;
    assert!(matches!(stranger, Err(Error::SignInEnded)), "{stranger:?}");
}

pub async fn a_new_sign_in_ends_the_one_the_browser_had(world: World) {
    let store = world.open();
    let (ann, _) = account(&store, "Ann").await;
    let (bob, of_bob) = guest(&store, "Bob").await;
    let signed_in = store
        .accounts
        .sign_in(&ann.id, &hashed("hash 1"), Some(&of_bob))
        .await;
    let (token, ended) = signed_in.expect("her");
    assert!(is_good(&store, &token).await && !is_good(&store, &of_bob).await);
    let ended = ended.expect("it is told");
    assert_eq!(
        (ended.kind, ended.room),
        (Kind::SignedOut, RoomId::inbox(&bob.id))
    );
    guest(&store, "Bob").await; // the guest's name is free again
    let unknown = Token::random();
    let again = store
        .accounts
        .sign_in(&ann.id, &hashed("hash 1"), Some(&unknown))
        .await;
    assert_eq!(again.expect("her").1, None);
}

pub async fn all_sign_ins_end_at_once_and_each_is_told(world: World) {
    let store = world.open();
    let (ann, one) = account(&store, "Ann").await;
    let (two, _) = store
        .accounts
        .sign_in(&ann.id, &hashed("hash 1"), None)
        .await
        .expect("her");
    let resume = store.directory.resume_token(&two).await.expect("a token");
    let (_, of_bob) = guest(&store, "Bob").await;
    let ended = store.accounts.sign_out_everywhere(&ann.id).await;
    let mut ended: Vec<Option<Target>> = ended
        .expect("they end")
        .into_iter()
        .map(|entry| entry.target)
        .collect();
    ended.dedup();
    assert_eq!(ended.len(), 2, "one for each sign-in");
    for token in [&one, &two, &resume] {
        assert!(!is_good(&store, token).await);
    }
    assert!(is_good(&store, &of_bob).await);
    let again = store.accounts.sign_out_everywhere(&ann.id).await;
    assert_eq!(again.expect("nothing ends"), []);
}

pub async fn who_is_banned_has_no_sign_in_and_gets_none(world: World) {
    let store = world.open();
    let (ann, _) = account(&store, "Ann").await;
    let (bob, of_bob) = account(&store, "Bob").await;
    let entry = store.bans.ban(&ann, &bob.id, "Too loud").await;
    let entry = entry.expect("he is").expect("it is told");
    assert_eq!((entry.kind, entry.sender), (Kind::Banned, ann.id.clone()));
    assert_eq!(entry.target, Some(Target::from(&bob.id)));
    assert_eq!(
        told(&store, &bob).await,
        [(Kind::Banned, "Too loud".to_owned())]
    );
    assert!(!is_good(&store, &of_bob).await);
    let refused = store
        .accounts
        .sign_in(&bob.id, &hashed("hash 1"), None)
        .await;
    assert!(matches!(refused, Err(Error::Banned)), "{refused:?}");
    let again = store.bans.ban(&ann, &bob.id, "Still").await;
    assert_eq!(again.expect("he is"), None);
    let why = Some("Too loud".to_owned());
    assert_eq!(store.bans.ban_of(&bob.id).await.expect("an answer"), why);
    let banned = store.bans.banned(9).await.expect("a list");
    assert_eq!(banned.len(), 1);
    assert_eq!(
        (&banned[0].person, Some(&banned[0].why)),
        (&bob, why.as_ref())
    );
    assert_eq!(store.directory.people("bo", 9).await.expect("people"), []);

    store.bans.unban(&ann, &bob.id).await.expect("he may");
    assert_eq!(store.bans.ban_of(&bob.id).await.expect("an answer"), None);
    assert!(
        store
            .accounts
            .sign_in(&bob.id, &hashed("hash 1"), None)
            .await
            .is_ok()
    );
}

pub async fn the_name_of_a_banned_guest_stays_theirs(world: World) {
    let store = world.open();
    let (ann, _) = account(&store, "Ann").await;
    let (bob, _) = guest(&store, "Bob").await;
    store.bans.ban(&ann, &bob.id, "").await.expect("he is");
    let joined = store.directory.join(name("Bob")).await;
    assert!(matches!(joined, Err(Error::NameTaken)), "{joined:?}");
    store.bans.unban(&ann, &bob.id).await.expect("he may");
    guest(&store, "Bob").await;
}

pub async fn only_administrators_ban_and_nobody_bans_them(world: World) {
    let store = world.open();
    let (ann, _) = account(&store, "Ann").await;
    let (bob, of_bob) = account(&store, "Bob").await;
    let nobody = "nobody".parse().expect("an id");
    for (by, whom) in [(&bob, &ann), (&bob, &bob), (&ann, &ann)] {
        let refused = store.bans.ban(by, &whom.id, "").await;
        assert!(matches!(refused, Err(Error::NotAllowed)), "{refused:?}");
    }
    let refused = store.bans.unban(&bob, &bob.id).await;
    assert!(matches!(refused, Err(Error::NotAllowed)), "{refused:?}");
    let unknown = store.bans.ban(&ann, &nobody, "").await;
    assert!(matches!(unknown, Err(Error::PersonUnknown)), "{unknown:?}");
    assert!(is_good(&store, &of_bob).await);
}

pub async fn the_beginning_of_a_session_is_told_in_the_inbox_alone(world: World) {
    let store = world.open();
    let (ann, _) = guest(&store, "Ann").await;
    let session: SessionId = random_id::<8, _>();
    let begun = store.accounts.begin(&ann, &session).await.expect("told");
    assert_eq!(begun.room, RoomId::inbox(&ann.id));
    assert_eq!(
        (begun.kind, begun.target),
        (Kind::Connected, Some((&session).into()))
    );
    assert_eq!(told(&store, &ann).await, [(Kind::Connected, String::new())]);
}

pub async fn people_are_found_by_how_their_name_begins(world: World) {
    let store = world.open();
    let mut ids = Vec::new();
    for text in ["Anna", "Ann Lee", "Bob", "李雷"] {
        ids.push(guest(&store, text).await.0);
    }
    let find = async |begins: &str, limit| {
        let found = store.directory.people(begins, limit).await;
        let names = found.expect("people").into_iter();
        names
            .map(|person| person.name.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(find("AN", 9).await, ["Anna", "Ann Lee"]);
    assert_eq!(find("AN", 1).await, ["Anna"]);
    assert_eq!(find("ann l", 9).await, ["Ann Lee"]);
    assert_eq!(find("李", 9).await, ["李雷"]);
    assert_eq!(find("_", 9).await, [""; 0]);
    assert_eq!(find("", 9).await.len(), 4);
    for person in ids {
        let found = store.directory.person(&person.id).await;
        assert_eq!(found.expect("an answer"), Some(person));
    }
    let nobody = "nobody".parse().expect("an id");
    assert_eq!(
        store.directory.person(&nobody).await.expect("an answer"),
        None
    );
}
