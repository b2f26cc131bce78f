//! Keeping a name with a password, and changing it.

use crate::world::person::location;
use crate::world::{Visitor, World};
use crate::{PASSWORD, account, is_signed_in, keeps, signs_in, tries};

#[tokio::test]
async fn an_unfit_password_is_refused_with_its_reason() {
    let world = World::alone();
    let node = world.node().await;
    let ann = Visitor::joins(&node, "Ann").await;
    let long = "x".repeat(257);
    for (password, says) in [
        ("", "at least 8 characters"),
        ("1234567", "at least 8 characters"),
        (long.as_str(), "too long"),
    ] {
        let answer = keeps(&ann, &node, password).await;
        assert_eq!(answer.status().as_u16(), 422);
        let page = answer.text().await.expect("text");
        assert!(
            page.contains(r#"role="alert""#) && page.contains(says),
            "{page}"
        );
        assert!(!page.contains(&format!("value=\"{password}\"")) || password.is_empty());
    }
    let page = ann.gets(&node, "/account").await.text().await;
    assert!(page.expect("text").contains("You are a guest"));
}

#[tokio::test]
async fn who_has_not_joined_is_asked_to_sign_in() {
    let world = World::alone();
    let node = world.node().await;
    let nobody = Visitor::new();
    let answer = nobody.gets(&node, "/account").await;
    assert_eq!(location(&answer), "/sign-in?next=/account");
    let answer = keeps(&nobody, &node, PASSWORD).await;
    assert_eq!(location(&answer), "/sign-in?next=/account");
}

#[tokio::test]
async fn another_password_ends_the_other_sign_ins_and_takes_the_current_one() {
    let world = World::with_redis();
    let (one, two) = (world.node().await, world.node().await);
    let ann = account(&one, "Ann").await;
    let phone = signs_in(&two, "Ann", PASSWORD).await;
    let (mut here, mut there) = (ann.enters(&one).await, phone.enters(&two).await);
    let changes = async |current: &str, password: &str| {
        let fields = [("current", current), ("password", password)];
        ann.submits(&one, "/account/password", &fields).await
    };
    for current in ["", "not the password", "a horse in the kitchen "] {
        let answer = changes(current, "a cow in the bath").await;
        assert_eq!(answer.status().as_u16(), 422, "{current:?}");
    }
    assert!(is_signed_in(&phone, &two).await);

    let answer = changes(PASSWORD, "a cow in the bath").await;
    assert_eq!(location(&answer), "/account?done=changed");
    assert_eq!(there.is_closed().await, 4001);
    assert!(!is_signed_in(&phone, &two).await);
    here.says("I am still here").await;
    let old = tries(&phone, &two, "Ann", PASSWORD).await;
    assert_eq!(old.status().as_u16(), 422);
    signs_in(&two, "Ann", "a cow in the bath").await;
}

#[tokio::test]
async fn of_two_who_change_a_password_at_once_one_does() {
    let world = World::alone();
    let node = world.node().await;
    let ann = Visitor::joins(&node, "Ann").await;
    let words = ["one of the words", "the other words"];
    let (one, other) = tokio::join!(keeps(&ann, &node, words[0]), keeps(&ann, &node, words[1]));
    let mut answers = [one.status().as_u16(), other.status().as_u16()];
    let kept = words[usize::from(answers[0] != 303)];
    answers.sort_unstable();
    assert_eq!(answers, [303, 422]);
    signs_in(&node, "Ann", kept).await;
}

#[tokio::test]
async fn no_password_is_kept_as_it_is_or_reaches_the_log() {
    let world = World::alone();
    let node = world.node_with(&["--log", "trace"]).await;
    account(&node, "Ann").await;
    signs_in(&node, "Ann", PASSWORD).await;
    tries(&Visitor::new(), &node, "Ann", "a zebra on the roof").await;
    let log = node.log();
    assert!(!log.contains(PASSWORD) && !log.contains("a+horse"), "{log}");
    assert!(!log.contains("a zebra") && !log.contains("a+zebra"));
    node.stop().await;
    let file = std::fs::read(world.folder().join("confab.db")).expect("the log");
    let holds = |text: &[u8]| file.windows(text.len()).any(|part| part == text);
    assert!(
        holds(b"$argon2id$v=19$m=19456,t=2,p=1$"),
        "with OWASP's costs"
    );
    assert!(!holds(PASSWORD.as_bytes()));
}
