//! Asks the node of these settings whether it takes people in: what a container's health check runs.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// How long the node may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Bytes of an answer at most: a status and a line.
const ANSWER_BYTES_MAX: u64 = 16 * 1024;

/// What the node that listens there says, in one line; an error if it does not take people in.
pub(super) fn ask(listen: SocketAddr) -> Result<String, String> {
    let at = reached_by(listen);
    let answer = get(at).map_err(|error| format!("no node answers at {at}: {error}"))?;
    let said = answer
        .split_once("\r\n\r\n")
        .map_or("", |(_, body)| body)
        .trim();
    match answer.split(' ').nth(1) {
        Some("200") => Ok(said.to_owned()),
        _ => Err(format!("the node at {at} takes nobody in: {said}")),
    }
}

/// Who listens everywhere is asked from here.
fn reached_by(mut listen: SocketAddr) -> SocketAddr {
    match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => listen.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => listen.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    listen
}

fn get(at: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&at, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "GET /readyz HTTP/1.1\r\nhost: {at}\r\nconnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.take(ANSWER_BYTES_MAX).read_to_string(&mut answer)?;
    Ok(answer)
}
