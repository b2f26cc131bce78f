//! What presence promises wherever it is kept, tried where Redis is several servers, and what happens only there.

// A test shows nothing to other crates; `pub` tells what a module is for.
#![allow(unreachable_pub)]
// Each test uses its part of what the suites share.
#![allow(dead_code)]

#[path = "../suite/attendance.rs"]
mod attendance;
mod moves;
#[path = "../suite/postgres_server.rs"]
mod postgres_server;
#[path = "../suite/presence_cluster.rs"]
mod presence_cluster;
#[path = "../suite/presence_outages.rs"]
mod presence_outages;
#[path = "../suite/presence_promises.rs"]
mod presence_promises;
#[path = "../suite/presence_server.rs"]
mod presence_server;
#[path = "../suite/promised.rs"]
mod promised;
#[path = "../suite/redis_cluster.rs"]
mod redis_cluster;
#[path = "../suite/redis_sentinels.rs"]
mod redis_sentinels;
#[path = "../suite/redis_server.rs"]
mod redis_server;
mod worlds;

use attendance::World;

promised_at_once! {
    presence_promises {
        many_sessions_of_one_user_are_one_join
        a_user_leaves_once_when_the_last_session_is_gone_for_the_grace
        a_reload_is_neither_leave_nor_join
        what_is_not_there_does_not_leave
        people_are_told_by_name_and_nodes_by_address
        each_session_is_found_with_its_node
        the_list_is_true_after_any_walk
    } on cluster_alone: redis_cluster, sentinel_alone: redis_sentinels
}

promised_at_once! {
    presence_cluster {
        two_nodes_agree
        a_killed_nodes_users_leave_within_eight_seconds
        a_node_that_was_taken_for_dead_registers_again
        a_retired_nodes_users_leave_after_the_grace
        clusters_with_other_prefixes_do_not_meet
        what_differs_is_put_right_by_itself
        the_list_is_true_after_any_walk_over_nodes
    } on cluster_together: redis_cluster, sentinel_together: redis_sentinels
}

promised_at_once! {
    presence_outages {
        an_emptied_server_is_filled_again
        a_restart_of_the_server_is_no_leave
        a_server_with_old_data_is_no_leave
        a_frozen_server_is_no_leave
        no_call_takes_longer_than_two_seconds
        five_thousand_sessions_register_again_at_once
    } on cluster_outage: redis_cluster, sentinel_outage: redis_sentinels
}
