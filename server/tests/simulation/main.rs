//! Whole clusters with their clients in one thread and in time of their own: the real engines, sessions, hubs, deliveries and
//! rosters; a store, a backplane, a presence and sockets that a seed makes slow, lossy and mortal. After each run a checker
//! compares what everybody holds with what is stored. A seed is always the same run.
//!
//! `bin/simulate` runs more seeds than the tests do, or one of them with its whole story.

mod air;
mod book;
mod chance;
mod checker;
mod cluster;
mod hearsay;
mod life;
mod requests;
mod seeds;
mod story;
mod tab;
mod troubled;
mod weather;
mod wire;
mod witness;

#[test]
fn after_any_storm_everybody_has_what_is_stored_once_and_in_order() {
    seeds::run_all();
}

#[test]
fn a_seed_is_always_the_same_run() {
    for seed in 0..20 {
        let hash = |tells| story::run(seed, tells).map(|told| told.hash);
        assert_eq!(hash(false), hash(false), "seed {seed}");
    }
}
