//! The promises of backplanes, and those of this one alone, on a real Kafka: `bin/setup all` fetches it.

// A test shows nothing to other crates; `pub` tells what a module is for.
#![allow(unreachable_pub)]
// Worlds of processes have their own Redis.
#![allow(clippy::duplicate_mod)]
#![allow(dead_code, reason = "promises of other backends stand beside these")]

#[path = "../suite/backplane_cluster.rs"]
mod cluster;
#[path = "../suite/kafka_server.rs"]
mod kafka_server;
#[path = "../suite/listener.rs"]
mod listener;
#[path = "../suite/backplane_outages.rs"]
mod outages;
mod own;
#[path = "../suite/promised.rs"]
mod promised;
#[path = "../suite/backplane_promises.rs"]
mod promises;
#[path = "../suite/redis_server.rs"]
mod redis_server;
mod starting;
#[path = "../suite/swallower.rs"]
mod swallower;
mod topic;
mod two_nodes;
#[path = "../world/mod.rs"]
mod world;

use kafka_server::KafkaServer;
use listener::World;
use topic::KafkaTopic;

impl World {
    /// On a topic of its own, of a server that stays as it is.
    pub fn kafka() -> Self {
        Self::on(KafkaTopic::new())
    }

    /// On a server of its own, for tests that do something to it.
    pub fn own_kafka() -> Self {
        Self::on(KafkaServer::start())
    }
}

// Frames of several topics stand in several partitions, whose order nobody promises.
promised! {
    promises {
        a_follower_hears_what_is_published_after
        a_topic_nobody_followed_is_not_heard
        an_unfollowed_topic_is_not_heard
        a_topic_followed_again_is_heard_once
        many_topics_are_followed_at_once
        frames_of_one_topic_come_in_order
        a_frame_comes_as_it_was_published
    } on kafka: kafka
}

promised! {
    cluster {
        every_follower_hears_each_frame_once
        a_node_hears_only_what_it_follows
        junk_is_dropped_and_counted
        a_frame_over_the_limit_is_not_published
        a_node_with_another_log_is_refused
    } on kafka_cluster: kafka
}

promised! {
    own {
        an_operator_can_read_what_is_published
        a_node_that_starts_hears_nothing_old
        every_node_hears_all_partitions
        many_big_frames_are_all_heard
        a_topic_that_was_deleted_is_made_again
        added_partitions_are_heard
        of_two_logs_that_start_at_once_one_is_refused
        a_log_that_was_put_back_takes_over
        a_lost_subscription_is_noticed_and_made_again
        a_deaf_node_notices_and_hears_again
    } on kafka_own: kafka
}

promised! {
    outages {
        after_a_restart_topics_are_heard_again
        a_frozen_server_is_noticed_and_found_again
        publishing_never_waits_for_a_frozen_server
        what_is_followed_while_it_is_away_is_heard_when_it_is_back
    } on kafka_outage: own_kafka
}

promised! {
    own {
        what_is_followed_while_it_is_frozen_is_heard_when_it_thaws
    } on kafka_own_outage: own_kafka
}

promised! {
    starting {
        a_missing_topic_is_made_for_short_words
        a_topic_that_would_lose_frames_is_refused_with_the_remedy
        what_is_no_kafka_is_told
        a_wrong_address_is_refused_without_its_password
    } on kafka_start: kafka
}

promised! {
    starting {
        an_address_where_nobody_answers_is_told_at_once
    } on kafka_unreachable: own_kafka
}
