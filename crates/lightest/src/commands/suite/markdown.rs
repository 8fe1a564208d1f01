//! A suite's cost as a page of Markdown.

use std::fmt::Write as _;

use super::{Cost, flaky_words};
use crate::words;

/// Rows of each table.
const ROWS: usize = 15;

pub(super) fn write(cost: &Cost<'_>) -> String {
    let mut page = String::from("# What the suite costs\n\n");
    let _ = writeln!(
        page,
        "{} of {} variants ran {} in {}: {} altogether, median {}, 90th percentile {}.\n",
        cost.results.variants.len(),
        cost.variants,
        words::count(cost.all.count, "time"),
        words::count(cost.results.runs.len(), "report"),
        words::duration(cost.all.total),
        words::duration(cost.all.median),
        words::duration(cost.all.p90),
    );
    for (title, groups) in cost.groups.titled() {
        let _ =
            writeln!(page, "## By {title}\n\n| {title} | variants | runs | total | median | p90 | share |");
        page.push_str("| --- | ---: | ---: | ---: | ---: | ---: | --- |\n");
        let total = cost.all.total.as_secs_f64();
        for group in groups.iter().take(ROWS) {
            let share = if total > 0.0 { group.stats.total.as_secs_f64() / total } else { 0.0 };
            let _ = writeln!(
                page,
                "| {} | {} | {} | {} | {} | {} | {:.0} % <meter value=\"{share:.3}\"></meter> |",
                cell(&group.name),
                group.variants,
                group.stats.count,
                words::duration(group.stats.total),
                words::duration(group.stats.median),
                words::duration(group.stats.p90),
                share * 100.0,
            );
        }
        if groups.len() > ROWS {
            let _ = writeln!(page, "\nAnd {} more.", groups.len() - ROWS);
        }
        page.push('\n');
    }
    let (seconds, measured, bytes) = cost.savings.total();
    let _ = writeln!(
        page,
        "## What today's findings would save\n\n{}: {} of images, and {seconds:.1} s a run, measured for {measured} of them.\n",
        words::count(cost.savings.findings.len(), "finding"),
        words::bytes(u64::try_from(bytes).unwrap_or(0)),
    );
    if !cost.savings.findings.is_empty() {
        page.push_str("| test | now | instead | seconds |\n| --- | --- | --- | ---: |\n");
        for saving in &cost.savings.findings {
            let seconds =
                saving.seconds().map_or("not measured".to_owned(), |seconds| format!("{seconds:.1}"));
            let _ = writeln!(
                page,
                "| {} | {} | {} | {seconds} |",
                cell(&saving.test),
                cell(&saving.config),
                cell(&saving.suggested)
            );
        }
        page.push('\n');
    }
    if !cost.flaky.is_empty() {
        page.push_str("## Flaky variants\n\n");
        for (name, flaky) in &cost.flaky {
            let _ = writeln!(page, "- {}: {}", cell(name), flaky_words(*flaky));
        }
        page.push('\n');
    }
    if let Some(shards) = &cost.shards {
        page.push_str("## Shards\n\n| shard | expected | variants | guests | images |\n| ---: | ---: | ---: | ---: | ---: |\n");
        for (index, shard) in shards.shards.iter().enumerate() {
            let (images, bytes) = shards.images(shard);
            let _ = writeln!(
                page,
                "| {} | {} | {} | {} | {} |",
                index + 1,
                words::duration(shard.time),
                shard.items.len(),
                images.len(),
                words::bytes(bytes)
            );
        }
    }
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

/// A name as code in a table's cell. Names are the tree's own: words of the language, `::` and configurations.
fn cell(text: &str) -> String {
    let safe: String = text
        .chars()
        .map(|letter| if matches!(letter, '`' | '|' | '\n' | '\r') { ' ' } else { letter })
        .collect();
    format!("`{safe}`")
}
