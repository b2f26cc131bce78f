//! Good input, spoiled here and there: what random bytes never come to.

use std::path::PathBuf;

use bolero::{TypeGenerator, TypeGeneratorWithParams as _, ValueGenerator, produce};

/// What readers stumble over.
const PIECES: [&[u8]; 24] = [
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b" ",
    b"\n",
    b"\0",
    b"\xff",
    b"\\ud800",
    b"\\u0000",
    b"-1",
    b"1.5",
    b"1e400",
    b"18446744073709551616",
    b"18446744073709551615",
    b"null",
    b"true",
    b"\"type\":",
    b"\xed\xa0\x80",
    b"\xc3\xbc",
];

/// One thing that happens to a text; places count around its end.
#[derive(Debug, Clone, TypeGenerator)]
pub enum Damage {
    CutOff(u16),
    TakeOut(u16, u8),
    Double(u16, u8),
    Flip(u16, u8),
    PutIn(u16, u8),
    /// The rest is that of another text.
    GoOnAs(u16, u8, u16),
}

/// Which text, and what happens to it: little, or nothing would be left to read.
pub fn damages() -> impl ValueGenerator<Output = (u8, Vec<Damage>)> {
    let few = Vec::<Damage>::gen_with().len(1_usize..=4);
    (produce::<u8>(), few)
}

/// The texts of a target's corpus, in the order of their names.
pub fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fuzz/__fuzz__")
        .join(target)
        .join("corpus");
    let files = std::fs::read_dir(&folder).expect("every target has a corpus");
    let mut paths: Vec<PathBuf> = files.map(|file| file.expect("a file").path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} has no file", folder.display());
    paths
        .into_iter()
        .map(|path| std::fs::read(path).expect("it is read"))
        .collect()
}

/// One text of the corpus after all of this has happened to it.
pub fn damaged(corpus: &[Vec<u8>], (nth, damages): &(u8, Vec<Damage>)) -> Vec<u8> {
    let text = |nth: u8| &corpus[usize::from(nth) % corpus.len()];
    let mut bytes = text(*nth).clone();
    for damage in damages {
        let place = |at: u16| usize::from(at) % (bytes.len() + 1);
        let run =
            |at: u16, length: u8| place(at)..(place(at) + usize::from(length)).min(bytes.len());
        match *damage {
            Damage::CutOff(at) => bytes.truncate(place(at)),
            Damage::TakeOut(at, length) => drop(bytes.drain(run(at, length))),
            Damage::Double(at, length) => bytes.extend_from_within(run(at, length)),
            Damage::Flip(at, bit) => {
                let at = place(at);
                bytes
                    .iter_mut()
                    .skip(at)
                    .take(1)
                    .for_each(|byte| *byte ^= 1 << (bit % 8));
            }
            Damage::PutIn(at, piece) => {
                let piece = PIECES[usize::from(piece) % PIECES.len()];
                let at = place(at);
                bytes.splice(at..at, piece.iter().copied());
            }
            Damage::GoOnAs(at, other, from) => {
                let other = text(other);
                let from = usize::from(from) % (other.len() + 1);
                bytes.truncate(place(at));
                bytes.extend_from_slice(&other[from..]);
            }
        }
    }
    bytes
}
