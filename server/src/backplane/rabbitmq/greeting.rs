//! What a broker says of itself before anybody signs in: the library keeps it to itself.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::Refusal;
use super::address::RabbitmqAddress;
use super::link::Lost;

/// The oldest version known to keep the promises.
pub(super) const OLDEST: &str = "3.10";

/// Before the first frame: the protocol's name and version (AMQP 0-9-1, 4.2.2).
const HEADER: &[u8; 8] = b"AMQP\x00\x00\x09\x01";

/// More than a greeting has: 0-9-1 lets no frame be longer before the tuning.
const GREETING_BYTES_MAX: u32 = 4_096;

/// Returns when a RabbitMQ that is new enough answers there. Takes for ever if the network does.
pub(super) async fn check(address: &RabbitmqAddress) -> Result<(), Refusal> {
    let mut stream = TcpStream::connect(address.place())
        .await
        .map_err(Lost::Network)?;
    stream.write_all(HEADER).await.map_err(Lost::Network)?;
    judge(&greeting(&mut stream).await?)
}

/// The payload of the broker's first frame; nothing if it is none.
async fn greeting(stream: &mut TcpStream) -> Result<Vec<u8>, Refusal> {
    let mut head = [0; 7];
    if stream.read_exact(&mut head).await.is_err() {
        return Ok(Vec::new());
    }
    let [1, 0, 0, length @ ..] = head else {
        return Ok(Vec::new());
    };
    let length = u32::from_be_bytes(length).min(GREETING_BYTES_MAX);
    let mut payload = Vec::new();
    let read = stream.take(length.into()).read_to_end(&mut payload).await;
    read.map_err(Lost::Network)?;
    Ok(payload)
}

fn judge(greeting: &[u8]) -> Result<(), Refusal> {
    let Some(product) = field(greeting, "product") else {
        let cause = "what answers there speaks no AMQP 0-9-1";
        return Err(Refusal::Greeting(cause.to_owned()));
    };
    let version = field(greeting, "version").unwrap_or_default();
    if product == "RabbitMQ" && numbers(&version) < numbers(OLDEST) {
        let cause = format!("it is RabbitMQ {version}, which is too old");
        return Err(Refusal::Greeting(cause));
    }
    Ok(())
}

/// A field of the broker's properties that is a long string: its name with its length, `S`, the text with its length.
fn field(greeting: &[u8], name: &str) -> Option<String> {
    let length = u8::try_from(name.len()).ok()?;
    let key = [&[length], name.as_bytes(), b"S"].concat();
    let at = greeting.windows(key.len()).position(|part| part == key)?;
    let (length, rest) = greeting[at + key.len()..].split_at_checked(4)?;
    let length = u32::from_be_bytes(length.try_into().ok()?);
    let text = rest.get(..usize::try_from(length).ok()?)?;
    Some(String::from_utf8_lossy(text).into_owned())
}

/// Of a version, as far as they are numbers.
fn numbers(version: &str) -> Vec<u32> {
    version
        .split('.')
        .map_while(|part| part.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn greeting(product: &str, version: &str) -> Vec<u8> {
        let field = |name: &str, value: &str| {
            let mut bytes = vec![name.len() as u8];
            bytes.extend(name.as_bytes());
            bytes.push(b'S');
            bytes.extend((value.len() as u32).to_be_bytes());
            bytes.extend(value.as_bytes());
            bytes
        };
        [
            vec![0, 10, 0, 10, 0, 9, 0, 0, 0, 60],
            field("product", product),
            field("version", version),
        ]
        .concat()
    }

    #[test]
    fn a_broker_is_judged_by_what_it_says() {
        for (product, version, told) in [
            ("RabbitMQ", "3.10.8", None),
            ("RabbitMQ", "4.0.0-rc.1", None),
            ("RabbitMQ", "3.9.27", Some("3.9.27, which is too old")),
            ("RabbitMQ", "", Some("too old")),
            ("Another", "1.0", None),
        ] {
            let judged = judge(&greeting(product, version));
            match (judged, told) {
                (Ok(()), None) => {}
                (Err(Refusal::Greeting(cause)), Some(told)) if cause.contains(told) => {}
                _ => panic!("{product} {version}"),
            }
        }
        for junk in [
            b"".as_slice(),
            b"\x07product",
            b"\x07productS\x00\x00\x00\xffRab",
        ] {
            assert!(matches!(judge(junk), Err(Refusal::Greeting(_))), "{junk:?}");
        }
    }
}
