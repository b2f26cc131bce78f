//! Forms that another site sends in a visitor's name.

use crate::world::World;
use crate::{PASSWORD, account, is_signed_in, signs_in};

#[tokio::test]
async fn no_form_of_another_site_is_taken() {
    let world = World::alone();
    let node = world.node().await;
    let ann = account(&node, "Ann").await;
    for path in [
        "/join",
        "/leave",
        "/settings",
        "/sign-in",
        "/account/password",
        "/account/sign-out-everywhere",
        "/people/someone/ban",
        "/people/someone/unban",
    ] {
        for (header, value) in [
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
        ] {
            let forged = ann.request(&node, "POST", path).header(header, value);
            let fields = [
                ("name", "Ann"),
                ("current", PASSWORD),
                ("password", "taken over"),
            ];
            let answer = forged.form(&fields).send().await.expect("an answer");
            assert_eq!(
                answer.status().as_u16(),
                403,
                "{path} with {header}: {value}"
            );
            assert!(answer.headers().get("set-cookie").is_none(), "{path}");
        }
    }
    assert!(is_signed_in(&ann, &node).await);
    signs_in(&node, "Ann", PASSWORD).await;
}
