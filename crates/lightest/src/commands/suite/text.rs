//! A suite's cost for people: tables with bars.

use std::fmt::Write as _;

use super::{Cost, flaky_words};
use crate::{output, style, words};

/// Rows of each table; JSON has all.
const ROWS: usize = 10;
/// The length of the longest bar.
const BAR: usize = 30;

pub(super) fn write(cost: &Cost<'_>) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{} of {} variants ran {} in {}: {} altogether, median {}, 90th percentile {}",
        cost.results.variants.len(),
        cost.variants,
        words::count(cost.all.count, "time"),
        words::count(cost.results.runs.len(), "report"),
        words::duration(cost.all.total),
        words::duration(cost.all.median),
        words::duration(cost.all.p90),
    );
    for (title, groups) in cost.groups.titled() {
        let _ = writeln!(text, "\n{}", style::heading(format!("by {title}")));
        let width =
            groups.iter().take(ROWS).map(|group| group.name.chars().count()).max().unwrap_or(0).min(60);
        let most = groups.first().map_or(0.0, |group| group.stats.total.as_secs_f64());
        let _ = writeln!(
            text,
            "{:width$}  {:>8} {:>6} {:>9} {:>9} {:>9}",
            "", "variants", "runs", "total", "median", "p90"
        );
        for group in groups.iter().take(ROWS) {
            let share = if most > 0.0 { group.stats.total.as_secs_f64() / most } else { 0.0 };
            let _ = writeln!(
                text,
                "{:width$}  {:>8} {:>6} {:>9} {:>9} {:>9}  {}",
                output::line(&group.name).to_string(),
                group.variants,
                group.stats.count,
                words::duration(group.stats.total),
                words::duration(group.stats.median),
                words::duration(group.stats.p90),
                bar(share),
            );
        }
        if groups.len() > ROWS {
            let _ = writeln!(text, "and {} more", groups.len() - ROWS);
        }
    }
    savings(cost, &mut text);
    if !cost.flaky.is_empty() {
        let _ = writeln!(text, "\n{}", style::heading(words::count(cost.flaky.len(), "flaky variant")));
        for (name, flaky) in cost.flaky.iter().take(ROWS * 2) {
            let _ = writeln!(text, "{}: {}", output::line(name), flaky_words(*flaky));
        }
        if cost.flaky.len() > ROWS * 2 {
            let _ = writeln!(text, "and {} more", cost.flaky.len() - ROWS * 2);
        }
    }
    if let Some(shards) = &cost.shards {
        let _ = writeln!(text, "\n{}", style::heading(words::count(shards.shards.len(), "shard")));
        for (index, shard) in shards.shards.iter().enumerate() {
            let (images, bytes) = shards.images(shard);
            let _ = writeln!(
                text,
                "{}: {}, {}, {} ({})",
                index + 1,
                words::duration(shard.time),
                words::count(shard.items.len(), "variant"),
                words::count(images.len(), "guest"),
                words::bytes(bytes),
            );
        }
        if shards.estimated > 0 {
            let _ = writeln!(
                text,
                "{} without a result count as the median of their guest",
                words::count(shards.estimated, "variant")
            );
        }
        text.push_str(
            "filters: add `--shard-format filters`; lines for a CI matrix: `--shard-format matrix`\n",
        );
    }
    text
}

fn savings(cost: &Cost<'_>, text: &mut String) {
    let (seconds, measured, bytes) = cost.savings.total();
    let _ = writeln!(text, "\n{}", style::heading("what today's findings would save"));
    if cost.savings.findings.is_empty() {
        text.push_str("`lightest check` proposes no lighter configuration\n");
        return;
    }
    let _ = writeln!(
        text,
        "{}: {} of images; {seconds:.1} s a run, measured for {measured} of them",
        words::count(cost.savings.findings.len(), "finding"),
        words::bytes(u64::try_from(bytes).unwrap_or(0)),
    );
    for saving in cost.savings.findings.iter().take(ROWS) {
        let time = match (saving.seconds(), saving.after) {
            (Some(seconds), Some((_, own))) => {
                format!(
                    "{seconds:.1} s{}",
                    if own { "" } else { " (the lighter one measured with other tests)" }
                )
            }
            _ => "not measured".to_owned(),
        };
        let _ =
            writeln!(text, "{}: `{}` instead of `{}`: {time}", saving.test, saving.suggested, saving.config);
    }
    if cost.savings.findings.len() > ROWS {
        let _ = writeln!(text, "and {} more", cost.savings.findings.len() - ROWS);
    }
}

/// A bar whose length is a share of the longest one.
fn bar(share: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share lies between 0 and 1"
    )]
    let length = (share.clamp(0.0, 1.0) * BAR as f64).round() as usize;
    "#".repeat(length)
}
