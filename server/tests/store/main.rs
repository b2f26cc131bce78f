//! What every store promises.

mod directory;
mod entitlement;
mod log;
mod migration;
mod rooms;
mod world;

use server::store::{self, Error};

macro_rules! promises {
    ($($of:ident: $($promise:ident)*;)*) => {
        mod sqlite {
            $($(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $promise() {
                crate::$of::$promise(crate::world::World::sqlite()).await;
            })*)*
        }
        mod memory {
            $($(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $promise() {
                crate::$of::$promise(crate::world::World::memory()).await;
            })*)*
        }
    };
}

promises! {
    log:
        seqs_and_offsets_have_no_holes
        a_resend_makes_no_second_entry
        the_same_cid_with_another_body_is_a_conflict
        an_unknown_room_takes_nothing
        a_page_is_contiguous_and_in_order
        the_tail_tells_every_place_in_order
        another_opener_sees_what_was_stored
        two_writers_share_one_order
        a_change_elsewhere_is_noticed
        the_log_keeps_its_identity;
    directory:
        a_name_is_taken_once
        fifty_at_once_get_one_name
        a_token_is_good_until_the_sign_out
        a_resume_token_ends_with_its_sign_in
        announced_addresses_are_known
        an_inbox_is_its_owners_alone
        a_sign_out_is_told_in_the_inbox_in_the_same_commit
        a_sign_in_has_an_id_that_opens_nothing;
    rooms:
        a_private_room_has_who_opened_it
        each_change_is_told_in_the_room_and_in_the_inbox
        a_change_sent_twice_is_made_once
        what_is_so_already_is_not_done_again
        who_is_not_in_a_room_changes_nothing_in_it
        nobody_is_let_into_a_room_for_all_or_an_inbox;
    entitlement:
        who_is_not_in_a_room_is_told_that_there_is_none
        who_was_let_in_sees_from_there_on
        who_was_put_out_sees_up_to_there
        who_came_back_sees_both_and_a_closed_gap
        a_resend_by_who_was_put_out_gets_its_first_answer;
}

#[test]
fn no_address_picks_the_memory_store() {
    for address in ["memory:", "memory:x", "memory://"] {
        assert!(matches!(store::connect(address), Err(Error::Address(_))));
    }
}
