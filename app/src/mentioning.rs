//! Whom one may mean while writing `@…`.

use protocol::Person;

use crate::finding::stepped;

/// As many as fit above the box on a phone.
const OFFERED_MAX: usize = 6;

/// The people whose name begins as what stands between the `@` and the caret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mentioning {
    pub(crate) people: Vec<Person>,
    pub(crate) chosen: usize,
    /// How long it is with its `@`, in the UTF-16 units browsers count in.
    pub(crate) units: u32,
}

impl Mentioning {
    /// None if what stands before the caret means nobody.
    pub(crate) fn find<'a>(
        before_caret: &str,
        people: impl Iterator<Item = &'a Person>,
    ) -> Option<Self> {
        let at = before_caret.rfind('@')?;
        let is_inside = before_caret[..at]
            .chars()
            .next_back()
            .is_some_and(|c| c.is_ascii_alphanumeric());
        let typed = &before_caret[at + 1..];
        if is_inside || typed.contains('\n') {
            return None;
        }
        let begins = typed.to_lowercase();
        let mut found: Vec<Person> = vec![];
        for person in people {
            let name = person.name.as_str().to_lowercase();
            if name == begins {
                return None; // nothing is left to be completed
            }
            let fits = name.starts_with(&begins);
            if fits && found.len() < OFFERED_MAX && !found.contains(person) {
                found.push(person.clone());
            }
        }
        (!found.is_empty()).then_some(Self {
            people: found,
            chosen: 0,
            units: before_caret[at..].encode_utf16().count() as u32,
        })
    }

    pub(crate) fn step(&mut self, step: isize) {
        self.chosen = stepped(self.chosen, step, self.people.len());
    }

    /// The id of the one at this place.
    pub(crate) fn place(at: usize) -> String {
        format!("mention-{at}")
    }
}

#[cfg(test)]
mod tests {
    use protocol::Name;

    use super::*;

    fn offered(before_caret: &str) -> Vec<String> {
        let people = ["Ann", "Ann Lee", "Bob", "李雷"].map(|name| Person {
            id: "u1".parse().expect("an id"),
            name: Name::parse(name).expect("a name"),
        });
        let found = Mentioning::find(before_caret, people.iter());
        let people = found.map(|found| found.people).unwrap_or_default();
        people
            .iter()
            .map(|person| person.name.to_string())
            .collect()
    }

    #[test]
    fn people_are_offered_by_how_their_names_begin() {
        assert_eq!(offered("hi @an"), ["Ann", "Ann Lee"]);
        assert_eq!(offered("hi @ann l"), ["Ann Lee"]);
        assert_eq!(offered("@"), ["Ann", "Ann Lee", "Bob", "李雷"]);
        assert_eq!(offered("你好@李"), ["李雷"]);
    }

    #[test]
    fn nobody_is_offered_where_nobody_is_meant() {
        for text in ["", "ann", "me@ann", "@ann\n", "@zoe", "@Ann", "@Ann, "] {
            assert_eq!(offered(text), Vec::<String>::new(), "{text}");
        }
    }
}
