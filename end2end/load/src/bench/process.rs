//! What a process of ours has cost: processor time and memory, as the kernel counts them.

use std::fs::read_to_string;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use nix::time::ClockId;
use nix::unistd::Pid;

/// Processor time of all threads since the process began, those that have ended too; to the nanosecond.
pub fn cpu(pids: &[u32]) -> anyhow::Result<Duration> {
    let mut sum = Duration::ZERO;
    for pid in pids {
        let clock = ClockId::pid_cpu_clock_id(Pid::from_raw(i32::try_from(*pid)?));
        let time = clock.and_then(ClockId::now);
        sum += Duration::from(time.with_context(|| format!("process {pid} has ended"))?);
    }
    Ok(sum)
}

/// How much of a core they take for so long.
pub async fn busy(pids: &[u32], lasts: Duration) -> anyhow::Result<f64> {
    let before = cpu(pids)?;
    tokio::time::sleep(lasts).await;
    Ok((cpu(pids)? - before).as_secs_f64() / lasts.as_secs_f64())
}

/// Processor time of this program.
pub fn own_cpu() -> anyhow::Result<Duration> {
    cpu(&[std::process::id()])
}

/// KiB that are in memory.
pub fn resident_kib(pids: &[u32]) -> anyhow::Result<u64> {
    let mut sum = 0;
    for pid in pids {
        let status = read_to_string(format!("/proc/{pid}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next());
        let kib: u64 = kib
            .with_context(|| format!("process {pid} has ended"))?
            .parse()?;
        sum += kib;
    }
    ensure!(sum > 0, "a process without memory");
    Ok(sum)
}

/// The load averages of this machine: over one, five and fifteen minutes.
pub fn load_averages() -> anyhow::Result<[f64; 3]> {
    let text = read_to_string("/proc/loadavg")?;
    let words = text.split_whitespace().take(3).map(str::parse);
    let averages: Vec<f64> = words.collect::<Result<_, _>>()?;
    averages.try_into().ok().context("no load averages")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_counted_to_the_process_that_does_it() {
        let before = own_cpu().expect("it can be asked");
        let began = std::time::Instant::now();
        let mut sum = 0_u64;
        while began.elapsed() < Duration::from_millis(20) {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        let cost = own_cpu().expect("it can be asked") - before;
        assert!(cost > Duration::ZERO, "{cost:?}");
        assert!(resident_kib(&[std::process::id()]).expect("it can be asked") > 100);
        // Linux gives no number above 2²².
        assert!(cpu(&[(1 << 22) + 1]).is_err(), "there is no such process");
    }
}
