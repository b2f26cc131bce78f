//! Runs a suite of promises on backends, so that a failure reads `redis::a_follower_hears_…`.

/// The promises of a suite, each a test of its own, on each of these backends. `paused` lets time pass at once, where no clock of
/// another process counts.
#[macro_export]
macro_rules! promised {
    ($suite:ident $promises:tt on $($tests:ident: $world:ident $(($time:ident))?),* $(,)?) => {
        $($crate::promised! { @ $tests $world [$($time)?] $suite $promises })*
    };
    (@ $tests:ident $world:ident [paused] $suite:ident { $($promise:ident)* }) => {
        mod $tests {
            $(
                #[tokio::test(start_paused = true)]
                async fn $promise() {
                    $crate::$suite::$promise($crate::World::$world()).await;
                }
            )*
        }
    };
    (@ $tests:ident $world:ident [] $suite:ident { $($promise:ident)* }) => {
        mod $tests {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $promise() {
                    $crate::$suite::$promise($crate::World::$world()).await;
                }
            )*
        }
    };
}
