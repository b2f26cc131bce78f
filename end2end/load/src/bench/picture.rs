//! Curves as pictures, both axes by powers of ten.

use std::path::Path;

use anyhow::anyhow;
use plotters::prelude::*;

use super::outcome::{Curve, Point};

const SIZE: (u32, u32) = (860, 460);

/// What a picture shows.
pub struct Axis {
    pub caption: &'static str,
    /// What stands beside it.
    pub label: &'static str,
    pub of: fn(&Point) -> f64,
}

/// Draws a figure of all servers against what they deliver.
pub fn draw(path: &Path, axis: &Axis, curves: &[Curve]) -> anyhow::Result<()> {
    let points = curves.iter().flat_map(|curve| &curve.points);
    let points: Vec<(f64, f64)> = points
        .map(|point| (point.delivered_per_sec, (axis.of)(point)))
        .collect();
    if points.is_empty() {
        return Ok(());
    }
    let across = decades(points.iter().map(|(x, _)| *x));
    let up = decades(points.iter().map(|(_, y)| *y));
    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(axis.caption, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(64)
        .build_cartesian_2d((across.0..across.1).log_scale(), (up.0..up.1).log_scale())
        .map_err(|error| anyhow!("{error}"))?;
    chart
        .configure_mesh()
        .x_desc("deliveries a second")
        .y_desc(axis.label)
        .x_label_formatter(&|x| short(*x))
        .y_label_formatter(&|y| short(*y))
        .light_line_style(WHITE)
        .draw()?;
    for (nth, curve) in curves.iter().enumerate() {
        let color = Palette99::pick(nth).to_rgba();
        let line = curve
            .points
            .iter()
            .map(|point| (point.delivered_per_sec, (axis.of)(point)));
        chart
            .draw_series(LineSeries::new(line, color.stroke_width(2)).point_size(3))?
            .label(&curve.server)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], color.stroke_width(3)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    Ok(area.present()?)
}

/// The powers of ten around them.
fn decades(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let sound = values.filter(|value| value.is_finite() && *value > 0.0);
    let (low, high) = sound.fold((f64::MAX, f64::MIN_POSITIVE), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    if low > high {
        return (1.0, 10.0);
    }
    let (low, high) = (low.log10().floor(), high.log10().ceil());
    (10_f64.powf(low), 10_f64.powf(high.max(low + 1.0)))
}

/// 0.01, 250, 10 k, 2 M.
fn short(value: f64) -> String {
    match value {
        value if value >= 1e6 => format!("{} M", value / 1e6),
        value if value >= 1e3 => format!("{} k", value / 1e3),
        value => format!("{value}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_every_curve_and_no_point_outside() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("cost.svg");
        let point = |delivered_per_sec, p99_ms| Point {
            delivered_per_sec,
            p99_ms,
            cost_us: 1.0,
        };
        let curve = |server: &str, points| Curve {
            server: server.to_owned(),
            points,
        };
        let curves = [
            curve("floor", vec![point(25_000.0, 0.9), point(200_000.0, 300.0)]),
            curve("Confab", vec![point(30_000.0, 2.0)]),
        ];
        let axis = Axis {
            caption: "Times",
            label: "ms",
            of: |point| point.p99_ms,
        };
        draw(&path, &axis, &curves).expect("it is drawn");
        let picture = std::fs::read_to_string(&path).expect("it is there");
        for text in [
            "<svg",
            "Times",
            "floor",
            "Confab",
            "deliveries a second",
            "100 k",
        ] {
            assert!(picture.contains(text), "no {text} in {picture}");
        }
        assert_eq!(decades([0.9, 300.0].into_iter()), (0.1, 1000.0));
        assert_eq!(decades([10.0].into_iter()), (10.0, 100.0));
        assert_eq!(decades([].into_iter()), (1.0, 10.0));
    }
}
