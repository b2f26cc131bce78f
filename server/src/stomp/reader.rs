//! Cuts what comes into frames, wherever it was cut on its way.

use protocol::limits::FRAME_BYTES_MAX;

use super::frame::{Frame, Verb, Version};

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    Frame(Frame),
    /// A line end between frames: the other side is there.
    Beat,
}

/// Why nothing more of this can be understood.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// In words.
    Frame(String),
    TooBig,
}

/// Holds what is not a whole frame yet.
#[derive(Default)]
pub(super) struct Reader {
    buffer: String,
}

impl Reader {
    /// Takes a piece of what comes.
    pub(super) fn push(&mut self, piece: &str) {
        self.buffer.push_str(piece);
    }

    /// The next frame or sign of life that is whole; none: there is more to come.
    pub(super) fn next(&mut self, version: Option<Version>) -> Result<Option<Heard>, Broken> {
        for end in ["\n", "\r\n"] {
            if self.buffer.starts_with(end) {
                self.buffer.drain(..end.len());
                return Ok(Some(Heard::Beat));
            }
        }
        let Some((head, start)) = self.head()? else {
            return Ok(None);
        };
        let mut frame = Frame::parse_head(&self.buffer[..head], version).map_err(Broken::Frame)?;
        let Some(end) = self.body_end(&frame, start)? else {
            return Ok(None);
        };
        let body = &self.buffer[start..end];
        if !body.is_empty() && frame.verb != Verb::Send {
            return Err(Broken::Frame("only a SEND has a body".to_owned()));
        }
        frame.body = body.to_owned();
        self.buffer.drain(..=end);
        if self.buffer.is_empty() {
            self.buffer = String::new(); // an idle client keeps nothing
        }
        Ok(Some(Heard::Frame(frame)))
    }

    /// Where the head ends, and where the body begins.
    fn head(&self) -> Result<Option<(usize, usize)>, Broken> {
        let plain = self.buffer.find("\n\n").map(|at| (at, at + 2));
        let with_returns = self.buffer.find("\n\r\n").map(|at| (at, at + 3));
        let found = match (plain, with_returns) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        let nul = self.buffer.find('\0');
        if nul.is_some_and(|nul| found.is_none_or(|(head, _)| nul < head)) {
            let says = "a frame has an empty line after its headers, and a NUL at its end alone";
            return Err(Broken::Frame(says.to_owned()));
        }
        match found {
            None if self.buffer.len() > FRAME_BYTES_MAX => Err(Broken::TooBig),
            found => Ok(found),
        }
    }

    /// Where the NUL after the body stands.
    fn body_end(&self, frame: &Frame, start: usize) -> Result<Option<usize>, Broken> {
        let end = match frame.header("content-length") {
            None => self.buffer[start..].find('\0').map(|at| start + at),
            Some(length) => {
                let bytes: usize = length.trim().parse().map_err(|_| {
                    Broken::Frame("content-length is the number of the body's bytes".to_owned())
                })?;
                if bytes > FRAME_BYTES_MAX {
                    return Err(Broken::TooBig);
                }
                self.told_end(start + bytes)?
            }
        };
        let length = end.map_or(self.buffer.len(), |end| end + 1);
        if length > FRAME_BYTES_MAX {
            return Err(Broken::TooBig);
        }
        Ok(end)
    }

    /// The end that a frame tells of itself, when it has come.
    fn told_end(&self, end: usize) -> Result<Option<usize>, Broken> {
        match self.buffer.as_bytes().get(end) {
            None => Ok(None),
            Some(0) => Ok(Some(end)),
            Some(_) => Err(Broken::Frame(
                "the body is not as long as its content-length says: no NUL follows it".to_owned(),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(reader: &mut Reader) -> Result<Vec<Heard>, Broken> {
        let mut heard = Vec::new();
        while let Some(next) = reader.next(Some(Version::V12))? {
            heard.push(next);
        }
        Ok(heard)
    }

    fn bodies(heard: Vec<Heard>) -> Vec<String> {
        let body = |heard| match heard {
            Heard::Frame(frame) => frame.body,
            Heard::Beat => "beat".to_owned(),
        };
        heard.into_iter().map(body).collect()
    }

    #[test]
    fn frames_are_found_wherever_the_text_is_cut() {
        let text = "\nSEND\nd:x\n\none\0\r\nSEND\r\ncontent-length:8\r\n\r\nt\0w\0é\n\n\0\n";
        let whole = ["beat", "one", "beat", "t\0w\0é\n\n", "beat"];
        for cut in 1..text.len() {
            let mut reader = Reader::default();
            let mut heard = Vec::new();
            let signs: Vec<char> = text.chars().collect();
            for piece in signs.chunks(cut) {
                reader.push(&piece.iter().collect::<String>());
                heard.extend(read(&mut reader).expect("frames"));
            }
            assert_eq!(bodies(heard), whole, "in pieces of {cut}");
            assert!(reader.buffer.is_empty());
        }
    }

    #[test]
    fn what_no_frame_can_come_of_is_refused() {
        let long = "x".repeat(FRAME_BYTES_MAX);
        for (text, broken) in [
            ("SEND\0".to_owned(), false),
            ("SEND\nd:x\0\n\n".to_owned(), false),
            ("SEND\ncontent-length:x\n\n\0".to_owned(), false),
            ("SEND\ncontent-length:-1\n\n\0".to_owned(), false),
            ("SEND\ncontent-length:1\n\nab\0".to_owned(), false),
            ("SEND\ncontent-length:1\n\né\0".to_owned(), false),
            ("SUBSCRIBE\nid:1\n\nbody\0".to_owned(), false),
            (format!("SEND\nd:{long}"), true),
            (format!("SEND\n\n{long}"), true),
            (format!("SEND\n\n{long}\0"), true),
            (
                "SEND\ncontent-length:99999999999999999999\n\n\0".to_owned(),
                false,
            ),
            ("SEND\ncontent-length:70000\n\n\0".to_owned(), true),
        ] {
            let mut reader = Reader::default();
            reader.push(&text);
            let refused = read(&mut reader).expect_err(&text);
            assert_eq!(refused == Broken::TooBig, broken, "{text:.40}: {refused:?}");
        }
    }
}
