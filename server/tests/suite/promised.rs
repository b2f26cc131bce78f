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

/// The promises of a suite, tried at once on worlds of their own, as one test: where most of a test is waiting, and a world takes
/// seconds to come up. It names those that were not kept.
#[macro_export]
macro_rules! promised_at_once {
    ($suite:ident $promises:tt on $($test:ident: $world:ident),* $(,)?) => {
        $($crate::promised_at_once! { @ $test $world $suite $promises })*
    };
    (@ $test:ident $world:ident $suite:ident { $($promise:ident)* }) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $test() {
            let kept = [$((
                stringify!($promise),
                tokio::spawn(async {
                    // A world comes up by waiting for servers, which must not hold up the other ones.
                    let world = tokio::task::spawn_blocking($crate::World::$world);
                    let world = world.await.expect("the world comes up");
                    $crate::$suite::$promise(world).await
                }),
            )),*];
            let mut broken = Vec::new();
            for (promise, kept) in kept {
                if kept.await.is_err() {
                    broken.push(promise);
                }
            }
            assert!(broken.is_empty(), "not kept: {broken:?}");
        }
    };
}
