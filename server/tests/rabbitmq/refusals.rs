//! What a node says that cannot start, and what to do then.

use lapin::ExchangeKind;
use lapin::options::ExchangeDeclareOptions;
use lapin::types::FieldTable;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::broker::operate;
use crate::listener::{Listener, World};

/// The sentence has all of these, and never the password.
async fn refused(url: &str, told: &[&str]) {
    let error = Listener::join(url, "e1")
        .await
        .err()
        .expect("it is refused");
    let text = error.to_string();
    println!("{text}");
    for part in told {
        assert!(text.contains(part), "no {part:?} in {text:?}");
    }
    assert!(!text.contains("secret") && !text.contains('\n'), "{text}");
}

pub async fn a_wrong_password_is_refused_with_the_remedy(mut world: World) {
    let url = world.server().url().replace("//", "//guest:secret@");
    refused(&url, &["refused", "give the right user and password"]).await;
}

pub async fn a_virtual_host_that_is_not_there_is_refused_with_the_remedy(mut world: World) {
    let url = format!("{}x", world.server().url()).replace("//", "//guest:guest@");
    let vhost = world.vhost();
    let remedy = format!("rabbitmqctl add_vhost {vhost}x");
    refused(&url, &["not found", &remedy]).await;
}

pub async fn a_user_without_rights_is_refused_with_the_remedy(mut world: World) {
    let vhost = world.vhost();
    let user = format!("user-{vhost}");
    operate(&["add_user", &user, "secret"]);
    let url = world
        .server()
        .url()
        .replace("//", &format!("//{user}:secret@"));
    refused(
        &url,
        &["refused for user", "rabbitmqctl set_permissions -p"],
    )
    .await;
    operate(&[
        "set_permissions",
        "-p",
        &vhost,
        &user,
        "other:.*",
        ".*",
        ".*",
    ]);
    refused(
        &url,
        &["refused for user", "rabbitmqctl set_permissions -p"],
    )
    .await;
    operate(&[
        "set_permissions",
        "-p",
        &vhost,
        &user,
        "test:.*",
        "test:.*",
        "test:.*",
    ]);
    Listener::join(&url, "e1")
        .await
        .expect("what has the prefix is enough");
}

pub async fn an_exchange_with_other_settings_is_refused_with_the_remedy(mut world: World) {
    let other = world.stranger().await;
    other
        .channel
        .exchange_declare(
            "test:topics".into(),
            ExchangeKind::Fanout,
            ExchangeDeclareOptions::default(),
            FieldTable::default(),
        )
        .await
        .expect("there is none yet");
    let told = [
        "'test:topics'",
        "delete that exchange, or give another --prefix",
    ];
    refused(&world.server().url(), &told).await;
}

pub async fn an_old_broker_is_refused_with_the_remedy(_: World) {
    let properties = b"\x07productS\0\0\0\x08RabbitMQ\x07versionS\0\0\0\x053.6.5";
    let payload = [&[0, 10, 0, 10, 0, 9, 0, 0, 0, 36], properties.as_slice()].concat();
    let length = u32::try_from(payload.len()).expect("it is short");
    let greeting = [&[1, 0, 0][..], &length.to_be_bytes(), &payload, &[0xce]].concat();
    let url = answers(greeting).await;
    refused(&url, &["RabbitMQ 3.6.5, which is too old", "3.10 or newer"]).await;
}

pub async fn what_is_no_broker_is_refused_with_the_remedy(_: World) {
    for greeting in [
        b"HTTP/1.1 400 Bad Request\r\n\r\n".as_slice(),
        b"AMQP\0\x01\0\0",
        b"",
    ] {
        let url = answers(greeting.to_owned()).await;
        refused(
            &url,
            &["speaks no AMQP 0-9-1", "give the address of a RabbitMQ"],
        )
        .await;
    }
}

pub async fn tls_is_refused_with_the_remedy(_: World) {
    refused("amqps://guest:secret@host", &["TLS"]).await;
}

/// The address of something that says this to whoever comes, and goes.
async fn answers(greeting: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port is free");
    let port = listener.local_addr().expect("it is bound").port();
    tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.expect("somebody comes");
        let mut header = [0; 8];
        client.read_exact(&mut header).await.expect("it speaks");
        client.write_all(&greeting).await.expect("it listens");
    });
    format!("amqp://guest:secret@127.0.0.1:{port}")
}
