//! What every backplane promises, tried on a real RabbitMQ, and what only this one does.

// A test shows nothing to other crates; `pub` tells what a module is for.
#![allow(unreachable_pub)]
#![allow(
    clippy::duplicate_mod,
    reason = "worlds of processes have their own Redis"
)]
#![allow(dead_code, reason = "promises of other backends stand beside these")]

mod broker;
mod cable;
#[path = "../suite/backplane_cluster.rs"]
mod cluster;
mod figures;
#[path = "../suite/listener.rs"]
mod listener;
mod nodes;
#[path = "../suite/backplane_outages.rs"]
mod outages;
mod own;
#[path = "../suite/promised.rs"]
mod promised;
#[path = "../suite/backplane_promises.rs"]
mod promises;
#[path = "../suite/rabbitmq_server.rs"]
mod rabbitmq_server;
#[path = "../suite/redis_server.rs"]
mod redis_server;
mod refusals;
#[path = "../suite/swallower.rs"]
mod swallower;
#[path = "../world/mod.rs"]
mod world;

use listener::World;

promised! {
    promises {
        a_follower_hears_what_is_published_after
        a_topic_nobody_followed_is_not_heard
        an_unfollowed_topic_is_not_heard
        a_topic_followed_again_is_heard_once
        frames_of_one_publisher_come_in_order
        frames_of_one_topic_come_in_order
        a_frame_comes_as_it_was_published
    } on rabbitmq: rabbitmq_vhost
}

promised! {
    cluster {
        every_follower_hears_each_frame_once
        a_node_hears_only_what_it_follows
        junk_is_dropped_and_counted
        a_frame_over_the_limit_is_not_published
        a_node_with_another_log_is_refused
        a_wrong_address_is_refused_without_its_password
    } on rabbitmq_cluster: rabbitmq_vhost
}

promised! {
    cluster {
        an_address_where_nobody_answers_is_told_at_once
    } on rabbitmq_address: rabbitmq
}

promised! {
    outages {
        after_a_restart_topics_are_heard_again
        a_deaf_node_notices_and_hears_again
        a_frozen_server_is_noticed_and_found_again
        publishing_never_waits_for_a_frozen_server
        what_is_followed_while_it_is_away_is_heard_when_it_is_back
        following_a_frozen_server_is_given_up_within_a_second
    } on rabbitmq_outage: rabbitmq
}

promised! {
    own {
        an_operator_can_read_what_is_published
        a_claim_goes_with_its_last_node
        a_node_whose_claim_was_taken_falls_silent_until_it_has_it_back
        a_log_put_back_takes_its_former_claim_over
        only_nodes_that_follow_a_topic_receive_it
        five_hundred_topics_are_followed_in_no_time
        a_cut_off_nodes_queue_is_gone_within_ten_seconds
        what_a_node_leaves_unread_is_bounded
        nodes_closed_by_an_operator_come_back
    } on rabbitmq_own: rabbitmq_vhost
}

promised! {
    own {
        a_broker_out_of_memory_slows_nobody
        a_node_starts_while_the_broker_is_out_of_memory
    } on rabbitmq_alarm: rabbitmq
}

promised! {
    refusals {
        a_wrong_password_is_refused_with_the_remedy
        a_virtual_host_that_is_not_there_is_refused_with_the_remedy
        a_user_without_rights_is_refused_with_the_remedy
        an_exchange_with_other_settings_is_refused_with_the_remedy
        an_old_broker_is_refused_with_the_remedy
        what_is_no_broker_is_refused_with_the_remedy
        tls_is_refused_with_the_remedy
    } on rabbitmq_refusal: rabbitmq_vhost
}
