//! Takes a text apart into the tokens of JSON (RFC 8259).

use std::fmt;

use serde::de;

pub(super) struct Reader<'a> {
    rest: &'a str,
}

/// It does not read. Nobody asks why.
#[derive(Debug)]
pub(super) struct Unreadable;

pub(super) type Read<T> = Result<T, Unreadable>;

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text }
    }
}

impl Reader<'_> {
    pub(super) fn is_at_end(&mut self) -> bool {
        self.skip_space();
        self.rest.is_empty()
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\n', '\r', '\t']);
    }

    /// Takes `token`, and space before it, if it comes next.
    pub(super) fn takes(&mut self, token: &str) -> bool {
        self.skip_space();
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    pub(super) fn expect(&mut self, token: &str) -> Read<()> {
        if self.takes(token) {
            Ok(())
        } else {
            Err(Unreadable)
        }
    }

    pub(super) fn number(&mut self) -> &str {
        self.skip_space();
        let is_part = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (number, rest) = self.rest.split_at(end);
        self.rest = rest;
        number
    }

    pub(super) fn text(&mut self) -> Read<String> {
        self.expect("\"")?;
        let mut text = String::new();
        loop {
            let end = self.rest.find(['"', '\\']).ok_or(Unreadable)?;
            text.push_str(&self.rest[..end]);
            let is_end = self.rest[end..].starts_with('"');
            self.rest = &self.rest[end + 1..];
            if is_end {
                return Ok(text);
            }
            text.push(self.escaped()?);
        }
    }

    /// What follows a backslash.
    fn escaped(&mut self) -> Read<char> {
        let mut rest = self.rest.chars();
        let escaped = rest.next().ok_or(Unreadable)?;
        self.rest = rest.as_str();
        Ok(match escaped {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'u' => return self.unicode(),
            _ => escaped,
        })
    }

    /// Four hex digits, and four more if they are the first half of a character (RFC 8259 §7).
    fn unicode(&mut self) -> Read<char> {
        let first = self.hex()?;
        if !(0xD800..0xDC00).contains(&first) {
            return char::from_u32(first).ok_or(Unreadable);
        }
        let rest = self.rest.strip_prefix("\\u").ok_or(Unreadable)?;
        self.rest = rest;
        let second = self.hex()?.checked_sub(0xDC00).ok_or(Unreadable)?;
        char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + second).ok_or(Unreadable)
    }

    fn hex(&mut self) -> Read<u32> {
        let (digits, rest) = self.rest.split_at_checked(4).ok_or(Unreadable)?;
        self.rest = rest;
        u32::from_str_radix(digits, 16).map_err(|_| Unreadable)
    }

    /// Skips a value of whatever kind; a loose reading is enough for what is not wanted. It counts what is open, as a frame
    /// full of brackets would need more stack than a browser has.
    pub(super) fn skip(&mut self) -> Read<()> {
        let mut open = 0_usize;
        loop {
            if self.takes("[") || self.takes("{") {
                open += 1;
            } else if open > 0 && (self.takes("]") || self.takes("}")) {
                open -= 1;
            } else if open == 0 || !(self.takes(",") || self.takes(":")) {
                self.skip_single()?;
            }
            if open == 0 {
                return Ok(());
            }
        }
    }

    /// Skips a value that holds no other.
    fn skip_single(&mut self) -> Read<()> {
        if self.takes("true") || self.takes("false") || self.takes("null") {
            Ok(())
        } else if self.rest.starts_with('"') {
            self.text().map(drop)
        } else if self.number().is_empty() {
            Err(Unreadable)
        } else {
            Ok(())
        }
    }
}

impl de::Error for Unreadable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

impl std::error::Error for Unreadable {}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unreadable")
    }
}
