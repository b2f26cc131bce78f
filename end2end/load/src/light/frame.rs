//! WebSocket frames, as far as a light client and the floor need them (RFC 6455, 5.2).

use std::fmt;

pub const TEXT: u8 = 1;
pub const CLOSE: u8 = 8;
pub const PING: u8 = 9;
pub const PONG: u8 = 10;

const FINAL: u8 = 0x80;
const MASKED: u8 = 0x80;

/// A whole frame, as it lies in what was read.
#[derive(Debug, PartialEq, Eq)]
pub struct Found<'a> {
    pub opcode: u8,
    mask: Option<[u8; 4]>,
    payload: &'a [u8],
    /// Bytes of all of it, with its head.
    pub length: usize,
}

/// What is no frame that we understand.
#[derive(Debug, PartialEq, Eq)]
pub struct Broken(&'static str);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Broken {}

/// The frame that stands first; none if the rest of it is still to come.
pub fn first(bytes: &[u8]) -> Result<Option<Found<'_>>, Broken> {
    let [head, size, ..] = *bytes else {
        return Ok(None);
    };
    if head & 0x70 != 0 {
        return Err(Broken("a frame with an extension nobody asked for"));
    }
    if head & FINAL == 0 || head & 0x0f == 0 {
        return Err(Broken("a frame in pieces"));
    }
    let (payload_length, mut at) = match size & 0x7f {
        126 => match bytes.get(2..4) {
            Some(size) => (usize::from(u16::from_be_bytes([size[0], size[1]])), 4),
            None => return Ok(None),
        },
        127 => match bytes.get(2..10) {
            Some(size) => (long(size)?, 10),
            None => return Ok(None),
        },
        size => (usize::from(size), 2),
    };
    let mut mask = None;
    if size & MASKED != 0 {
        let Some(key) = bytes.get(at..at + 4) else {
            return Ok(None);
        };
        (mask, at) = (Some([key[0], key[1], key[2], key[3]]), at + 4);
    }
    let length = at + payload_length;
    Ok(bytes.get(at..length).map(|payload| Found {
        opcode: head & 0x0f,
        mask,
        payload,
        length,
    }))
}

impl<'a> Found<'a> {
    /// What a server sends is never masked.
    pub fn plain(&self) -> Result<&'a [u8], Broken> {
        match self.mask {
            None => Ok(self.payload),
            Some(_) => Err(Broken("a masked frame from a server")),
        }
    }

    /// What a client has sent, written into `out` in place of what stood there.
    pub fn unmasked(&self, out: &mut Vec<u8>) {
        out.clear();
        let mask = self.mask.unwrap_or_default();
        let bytes = self.payload.iter().zip(mask.iter().cycle());
        out.extend(bytes.map(|(byte, key)| byte ^ key));
    }
}

/// Appends a frame as a server sends it.
pub fn put(opcode: u8, payload: &[u8], out: &mut Vec<u8>) {
    put_head(opcode, payload.len(), 0, out);
    out.extend_from_slice(payload);
}

/// Appends a frame as a client sends it.
pub fn put_masked(opcode: u8, payload: &[u8], key: [u8; 4], out: &mut Vec<u8>) {
    put_head(opcode, payload.len(), MASKED, out);
    out.extend_from_slice(&key);
    let bytes = payload.iter().zip(key.iter().cycle());
    out.extend(bytes.map(|(byte, key)| byte ^ key));
}

fn put_head(opcode: u8, length: usize, masked: u8, out: &mut Vec<u8>) {
    out.push(FINAL | opcode);
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(length @ 0..=125), _) => out.push(masked | length),
        (_, Ok(length)) => {
            out.push(masked | 126);
            out.extend_from_slice(&length.to_be_bytes());
        }
        _ => {
            out.push(masked | 127);
            out.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
}

fn long(size: &[u8]) -> Result<usize, Broken> {
    let size = size.try_into().expect("there are 8 bytes");
    let size = usize::try_from(u64::from_be_bytes(size));
    size.ok()
        .filter(|size| *size <= 1 << 30)
        .ok_or(Broken("a frame of more than a gigabyte"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_is_found_whatever_its_length() {
        for length in [0, 1, 125, 126, 127, 65_535, 65_536, 200_000] {
            let payload = vec![b'x'; length];
            let (mut plain, mut masked, mut read) = (Vec::new(), Vec::new(), Vec::new());
            put(TEXT, &payload, &mut plain);
            put_masked(TEXT, &payload, [1, 2, 3, 4], &mut masked);
            let found = first(&plain).expect("sound").expect("whole");
            assert_eq!(
                (found.plain(), found.length),
                (Ok(&payload[..]), plain.len())
            );
            let found = first(&masked).expect("sound").expect("whole");
            found.unmasked(&mut read);
            assert_eq!((&read, found.length), (&payload, masked.len()));
            assert!(found.plain().is_err());
        }
    }

    #[test]
    fn a_frame_is_none_until_its_last_byte_is_there() {
        let mut bytes = Vec::new();
        put_masked(TEXT, &[b'x'; 300], [9; 4], &mut bytes);
        for length in 0..bytes.len() {
            assert_eq!(first(&bytes[..length]), Ok(None), "of {length} bytes");
        }
    }

    #[test]
    fn what_nobody_asked_for_is_refused() {
        assert!(first(&[0x01, 0x00]).is_err(), "pieces");
        assert!(first(&[0xC1, 0x00]).is_err(), "compressed");
    }
}
