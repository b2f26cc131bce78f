//! What was told is whole, or it is known where it is not.

use super::*;

fn entries(seqs: std::ops::RangeInclusive<u64>) -> Vec<Entry> {
    let entry = |seq: u64| {
        serde_json::from_value(serde_json::json!({
            "room": "lobby", "seq": seq, "offset": seq, "sender": "ann", "name": "ann", "cid": format!("c-{seq}"),
            "kind": if seq.is_multiple_of(2) { "edited" } else { "posted" }, "body": "hi", "at": 0,
        }))
        .expect("an entry")
    };
    seqs.map(entry).collect()
}

fn told(runs: &[std::ops::RangeInclusive<u64>]) -> Told {
    let mut told = Told::default();
    for run in runs {
        told.take(&entries(run.clone()), &[]);
    }
    told
}

#[test]
fn what_a_fresh_page_left_out_is_a_gap_until_older_pages_close_it() {
    let mut told = told(&[1..=2, 6..=7]);
    assert!(told.has_gap());
    assert_eq!(
        (told.whole_to(), told.last(), told.last_message()),
        (2, 7, 7)
    );
    assert_eq!(told.missing(8, |_| true), [3, 4, 5, 8]);
    told.take(&entries(3..=4), &[]);
    assert_eq!(told.missing(7, |_| true), [5]);
    told.take(&[], &[(5, 5)]);
    assert!(!told.has_gap(), "nobody may see it");
    assert_eq!(told.missing(7, |seq| seq != 5), [0; 0]);
}

#[test]
fn all_that_comes_after_the_first_look_is_to_be_told() {
    let mut told = Told::default();
    told.begin(3);
    told.begin(5);
    told.take(&entries(6..=7), &[]);
    assert!(told.has_gap());
    assert_eq!(told.missing(8, |_| true), [4, 5, 8]);
}

#[test]
fn what_one_may_not_see_is_noticed_also_beside_a_run() {
    let mut told = told(&[4..=6]);
    assert_eq!(told.beyond(|seq| seq >= 4), [0; 0]);
    told.take_aside(&entries(2..=2));
    assert_eq!(told.beyond(|seq| seq >= 4), [2]);
    assert_eq!(told.beyond(|seq| seq >= 6), [2, 4, 5]);
}
