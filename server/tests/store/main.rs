//! What every store promises.

mod accounts;
mod aside;
mod changes;
mod copying;
mod database_figures;
mod directory;
mod embedding;
mod entitlement;
mod expiry;
mod figures;
mod full_room;
mod invites;
mod log;
mod migration;
mod opening;
mod order;
mod outages;
mod personal;
mod places;
#[path = "../suite/postgres_server.rs"]
mod postgres_server;
mod programs;
mod public;
mod rooms;
mod shelf;
mod visits;
mod world;

use server::store::{self, Error};

/// Each promise as a test on each of these stores.
macro_rules! promises {
    (on $($store:ident)*: $promised:tt) => {
        $(mod $store { promises! { of $store $promised } })*
    };
    (of $store:ident { $($of:ident: $($promise:ident)*;)* }) => {
        $($(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $promise() {
            crate::$of::$promise(crate::world::World::$store()).await;
        })*)*
    };
}

promises! { on sqlite postgres memory: {
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
    accounts:
        a_kept_name_is_found_however_it_is_written
        the_name_of_an_account_is_never_free
        the_first_account_is_an_administrators_unless_others_are_named
        of_many_first_accounts_at_once_one_is_the_administrators
        a_password_is_changed_from_what_it_is_and_ends_the_other_sign_ins
        a_new_sign_in_ends_the_one_the_browser_had
        all_sign_ins_end_at_once_and_each_is_told
        who_is_banned_has_no_sign_in_and_gets_none
        the_name_of_a_banned_guest_stays_theirs
        only_administrators_ban_and_nobody_bans_them
        the_beginning_of_a_session_is_told_in_the_inbox_alone
        people_are_found_by_how_their_name_begins;
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
    public:
        who_is_new_finds_the_lobby
        a_public_room_is_called_in_its_address_as_it_is_named
        two_public_rooms_are_not_called_the_same
        who_joins_a_public_room_is_told_in_the_inbox_alone
        who_is_not_in_a_public_room_reads_it_and_writes_nothing_there
        nobody_joins_what_is_not_for_all
        public_rooms_are_found_by_name_page_by_page
        a_room_is_renamed_and_described_by_its_owner_and_administrators;
    personal:
        two_people_have_one_room_whoever_of_them_asks
        two_who_ask_at_once_get_the_same_room
        a_room_of_two_stays_one_of_two
        a_group_has_all_its_people_at_once
        a_group_takes_fifty_people_and_no_more
        who_has_left_for_good_is_let_in_nowhere;
    aside:
        a_page_brings_how_its_messages_read_now
        a_page_brings_what_its_messages_answer
        nothing_aside_is_behind_a_closed_door;
    changes:
        only_its_sender_edits_a_message
        a_message_is_taken_back_by_its_sender_the_owner_and_administrators
        what_is_taken_back_is_gone_from_the_log
        a_change_is_of_a_message_there_is
        a_refused_change_spoils_none_of_the_others
        what_one_may_not_see_one_does_not_change
        a_message_has_so_many_different_reactions
        a_room_of_two_has_nobody_who_takes_others_words_back;
    order:
        who_is_silenced_says_nothing_until_the_time_has_come
        who_is_put_out_of_a_room_for_all_is_told_why_and_may_come_back
        who_is_banned_does_not_come_back
        who_is_banned_from_a_private_room_is_not_let_in_again
        who_has_not_come_yet_is_banned_beforehand
        order_is_kept_by_the_owner_and_administrators_alone
        who_is_banned_and_who_is_silenced_is_known;
    shelf:
        what_others_say_is_unread_until_it_is_read
        what_is_taken_back_is_not_unread
        unread_messages_are_counted_to_a_thousand
        who_was_let_in_has_read_what_came_before
        a_room_shows_its_newest_message_as_it_reads_now
        the_list_tells_each_rooms_kind_and_whose_it_is
        a_muted_room_stays_so_for_its_user_alone;
    places:
        one_is_in_so_many_rooms_and_no_more
        others_take_half_of_ones_places_and_no_more
        one_is_in_the_rooms_of_ones_list_and_in_no_other
        a_room_whose_owner_is_out_is_theirs_who_was_in_for_longest;
    invites:
        a_link_lets_in_who_has_it_once
        a_new_link_ends_the_one_before
        who_looks_after_a_private_room_alone_makes_links
        who_is_banned_does_not_come_in_by_a_link;
    embedding:
        somebody_of_a_programs_is_made_once
        a_name_somebody_has_gets_the_next_free_number
        many_at_once_get_names_of_their_own
        a_room_has_whom_the_program_says_and_each_is_told
        a_programs_room_stays_as_it_was_where_something_is_wrong
        who_may_not_come_is_left_out_and_the_others_come
        into_a_programs_room_nobody_else_lets_people
        a_ticket_signs_in_once
        tickets_are_for_a_programs_own_people_alone;
    programs:
        a_key_is_good_until_it_is_revoked
        a_program_and_a_person_are_never_called_the_same
        a_program_speaks_in_every_room_and_in_no_inbox
        ones_own_notices_are_made_once_and_are_unread
        nobody_else_speaks_where_programs_do_nor_leaves
        what_a_program_encloses_is_kept_until_its_notice_is_taken_back
        the_room_for_everyone_is_shown_when_something_stands_in_it
        who_is_put_out_is_told_in_the_inbox;
} }

mod on_a_disk {
    promises! { on sqlite postgres: {
        opening:
            many_who_open_a_new_log_at_once_make_one
            many_who_open_an_older_log_at_once_bring_it_up_once
            a_log_of_a_newer_build_is_left_alone
            what_fails_half_way_leaves_nothing_behind;
        visits:
            a_visit_that_is_renewed_keeps_its_name
            the_name_of_a_visit_that_is_not_renewed_is_theirs_who_ask_for_it
            a_visit_whose_name_nobody_took_goes_on
            a_visit_is_forgotten_after_an_hour
            nobody_takes_a_name_that_was_kept_or_is_of_a_page;
    } }
}

#[test]
fn no_address_picks_the_memory_store() {
    for address in ["memory:", "memory:x", "memory://"] {
        assert!(matches!(store::connect(address), Err(Error::Address(_))));
    }
}
