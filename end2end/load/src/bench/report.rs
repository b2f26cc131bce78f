//! What is told of a run: lines while it is measured, and BENCHMARKS.md when it is over.

use std::fmt::Write as _;

use super::judged::{Judged, Verdict};
use super::outcome::{Curve, Outcome, Row, Scenario};

pub fn tell_row(row: &Row) {
    let Row {
        server,
        cost_us,
        ratio,
        delivered_per_sec,
        delivery,
        ..
    } = row;
    let ratio = ratio.map_or(String::new(), |ratio| format!("{ratio:.2} ×"));
    println!(
        "  {server:<24} {cost_us:>8.2} µs {ratio:>8} {delivered_per_sec:>10.0}/s  p50 {:.2} p95 {:.2} p99 {:.2} max {:.1} ms",
        delivery.p50, delivery.p95, delivery.p99, delivery.max
    );
    println!(
        "  {:<24} lost {} doubled {} misordered {}; the client itself {:.2} µs",
        "", row.lost, row.doubled, row.misordered, row.own_cost_us
    );
    if !row.refused.is_empty() {
        println!("  {:<24} refused: {:?}", "", row.refused);
    }
    if let Some(answer) = row.answer {
        println!(
            "  {:<24} answers p50 {:.2} p99 {:.2} max {:.1} ms",
            "", answer.p50, answer.p99, answer.max
        );
    }
}

/// The whole page. `last` is the run it is compared with.
pub fn page(now: &Outcome, last: Option<&Outcome>) -> String {
    let mut page = String::new();
    head(&mut page, now).expect("a text takes all");
    targets(&mut page, now, last).expect("a text takes all");
    for scenario in &now.scenarios {
        table(&mut page, scenario).expect("a text takes all");
    }
    load(&mut page, &now.curves).expect("a text takes all");
    page
}

fn head(page: &mut String, now: &Outcome) -> std::fmt::Result {
    let machine = &now.machine;
    writeln!(
        page,
        "# Benchmarks\n\nWritten by `bin/bench`; nothing here is written by hand.\n"
    )?;
    writeln!(
        page,
        "What a server costs depends on the machine, so it is told as a multiple of the **floor**: one thread with an epoll loop that writes \
         a ready frame of the same size to each socket, measured in the same minutes, before and after each window of the other. The \
         floor stores nothing, answers nothing and knows nobody. A cost is processor time of the server (and of Redis, where there is \
         one) as the kernel counts it, by delivered message of 128 bytes. Every delivery is checked for its place.\n"
    )?;
    writeln!(
        page,
        "{}, {} cores, {} MiB, Linux {}; load averages {:.1} before and {:.1} after. Written to disk (fsync) in p50 {:.2} ms, p99 {:.2} \
         ms; 128 bytes over TCP to this host and back p50 {:.0} µs, p99 {:.0} µs; bare inserts of 1 KiB, 256 a commit: {:.0} a second.\n",
        machine.processor,
        machine.cores,
        machine.memory_mib,
        machine.kernel,
        now.load_averages[0][0],
        now.load_averages[1][0],
        machine.fsync.p50,
        machine.fsync.p99,
        machine.round_trip.p50 * 1e3,
        machine.round_trip.p99 * 1e3,
        machine.bare_inserts_per_sec,
    )?;
    if now.short {
        writeln!(
            page,
            "**This run was a short one: it shows that the tool works, and judges nothing.**\n"
        )?;
    }
    Ok(())
}

fn targets(page: &mut String, now: &Outcome, last: Option<&Outcome>) -> std::fmt::Result {
    writeln!(page, "## Targets\n")?;
    writeln!(
        page,
        "| what | measured | target | stretch | | the run before |\n|---|---|---|---|---|---|"
    )?;
    for judged in &now.judged {
        let Judged {
            what,
            value,
            unit,
            target,
            stretch,
            ..
        } = judged;
        let sign = if judged.is_more_better { '≥' } else { '≤' };
        let before = last.and_then(|last| last.judged.iter().find(|before| before.what == *what));
        let before = before.map_or("–".to_owned(), |before| changed(judged, before));
        let verdict = match judged.verdict() {
            Verdict::Missed => "**not met**".to_owned(),
            verdict => verdict.to_string(),
        };
        writeln!(
            page,
            "| {what} | {} {unit} | {sign} {} | {sign} {} | {verdict} | {before} |",
            figure(*value),
            figure(*target),
            figure(*stretch)
        )?;
    }
    writeln!(page)
}

/// The figure of the run before, and by how much this one is another.
fn changed(now: &Judged, before: &Judged) -> String {
    let part = 100.0 * (now.value / before.value - 1.0);
    let is_better = (part > 0.0) == now.is_more_better;
    if part.is_nan() || part.abs() < 5.0 {
        return figure(before.value); // as much as a machine changes by itself
    }
    let direction = if is_better { "better" } else { "worse" };
    format!("{} ({part:+.0} %, {direction})", figure(before.value))
}

fn table(page: &mut String, scenario: &Scenario) -> std::fmt::Result {
    writeln!(page, "## {}\n", scenario.name)?;
    writeln!(
        page,
        "| server | µs a delivery | by the floor | deliveries/s | p50 | p95 | p99 | max ms | answer p50 | p99 ms | lost | doubled | misordered | the \
         client itself, µs |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|---|"
    )?;
    for row in &scenario.rows {
        let ratio = row
            .ratio
            .map_or("–".to_owned(), |ratio| format!("{ratio:.2} ×"));
        let answer = row.answer.map_or("– | –".to_owned(), |answer| {
            format!("{:.2} | {:.2}", answer.p50, answer.p99)
        });
        let times = row.delivery;
        writeln!(
            page,
            "| {} | {:.2} | {ratio} | {:.0} | {:.2} | {:.2} | {:.2} | {:.1} | {answer} | {} | {} | {} | {:.2} |",
            row.server,
            row.cost_us,
            row.delivered_per_sec,
            times.p50,
            times.p95,
            times.p99,
            times.max,
            row.lost,
            row.doubled,
            row.misordered,
            row.own_cost_us
        )?;
    }
    writeln!(page)
}

fn load(page: &mut String, curves: &[Curve]) -> std::fmt::Result {
    if curves.is_empty() {
        return Ok(());
    }
    writeln!(page, "## More and more messages into one room of 500\n")?;
    writeln!(
        page,
        "![p99 of delivery against load](end2end/load/figures/latency.svg)\n"
    )?;
    writeln!(
        page,
        "![cost of a delivery against load](end2end/load/figures/cost.svg)\n"
    )?;
    writeln!(
        page,
        "| server | deliveries/s | p99 ms | µs a delivery |\n|---|---|---|---|"
    )?;
    for curve in curves {
        for point in &curve.points {
            writeln!(
                page,
                "| {} | {:.0} | {:.1} | {:.2} |",
                curve.server, point.delivered_per_sec, point.p99_ms, point.cost_us
            )?;
        }
    }
    writeln!(page)
}

/// With three digits that count.
fn figure(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_tells_what_is_not_met_and_what_has_changed() {
        let judged = |value| Judged::at_most("cost", value, "× floor", (1.2, 1.0));
        let outcome = |value| Outcome {
            judged: vec![judged(value)],
            ..Outcome::default()
        };
        let told = page(&outcome(1.5), Some(&outcome(3.0)));
        let line = "| cost | 1.50 × floor | ≤ 1.20 | ≤ 1.00 | **not met** | 3.00 (-50 %, better) |";
        assert!(told.contains(line), "{told}");
        let told = page(&outcome(1.1), None);
        assert!(told.contains("| met | – |"), "{told}");
        assert!(!told.contains("short one"), "{told}");
    }
}
