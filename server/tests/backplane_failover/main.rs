//! What every backplane promises, tried where Redis is several servers, and what happens only there: slots move, replicas take over.

// A test shows nothing to other crates; `pub` tells what a module is for.
#![allow(unreachable_pub)]
// Each test uses its part of what the suites share.
#![allow(dead_code)]

#[path = "../suite/backplane_cluster.rs"]
mod cluster;
mod cluster_moves;
#[path = "../suite/listener.rs"]
mod listener;
mod live;
mod nodes;
#[path = "../suite/backplane_outages.rs"]
mod outages;
#[path = "../suite/promised.rs"]
mod promised;
#[path = "../suite/backplane_promises.rs"]
mod promises;
#[path = "../suite/redis_cluster.rs"]
mod redis_cluster;
#[path = "../suite/redis_sentinels.rs"]
mod redis_sentinels;
mod refusals;
mod sentinel_moves;
#[path = "../suite/swallower.rs"]
mod swallower;
#[path = "../world/mod.rs"]
mod world;
mod worlds;

use listener::World;
use world::redis_server;

promised! {
    promises {
        a_follower_hears_what_is_published_after
        a_topic_nobody_followed_is_not_heard
        an_unfollowed_topic_is_not_heard
        a_topic_followed_again_is_heard_once
        many_topics_are_followed_at_once
        frames_of_one_topic_come_in_order
        a_frame_comes_as_it_was_published
    } on cluster_alone: redis_cluster, sentinel_alone: redis_sentinels
}

promised! {
    cluster {
        every_follower_hears_each_frame_once
        a_node_hears_only_what_it_follows
        junk_is_dropped_and_counted
        a_frame_over_the_limit_is_not_published
        a_node_with_another_log_is_refused
        a_claim_ends_by_itself
        a_node_whose_claim_was_taken_falls_silent_until_it_has_it_back
        an_address_where_nobody_answers_is_told_at_once
        a_wrong_address_is_refused_without_its_password
    } on cluster_together: redis_cluster, sentinel_together: redis_sentinels
}

promised! {
    outages {
        after_a_restart_topics_are_heard_again
        a_lost_subscription_is_noticed_and_made_again
        a_frozen_server_is_noticed_and_found_again
        publishing_never_waits_for_a_frozen_server
        what_is_followed_while_it_is_away_is_heard_when_it_is_back
        following_a_frozen_server_is_given_up_within_a_second
    } on cluster_outage: redis_cluster, sentinel_outage: redis_sentinels
}
