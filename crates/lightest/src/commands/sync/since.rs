//! Since which commit a blocker is lifted: the first from which on its witness has been live without a break.

use lightest_model::catalog::BlockerState;
use lightest_sync::catalog_text::{Edit, New, Step, Target};
use lightest_sync::compare::Witness;
use lightest_sync::{Difference, MAX_BYTES, SourceFile, rules};

use super::Compared;
use crate::failure::Failure;

/// Adds the commit to every difference that reports a lifted blocker.
pub(super) fn fill(compared: &mut Compared) -> Result<(), Failure> {
    let lifted: Vec<(String, Witness)> = compared
        .report
        .blockers
        .iter()
        .filter(|derived| derived.state == Some(BlockerState::Lifted))
        .filter_map(|derived| Some((derived.id.clone(), derived.witness.clone()?)))
        .collect();
    for (id, witness) in lifted {
        let index = compared.catalog.blockers.iter().position(|blocker| blocker.id == id);
        let of_it = |difference: &Difference| {
            difference.rule() == Some(rules::BLOCKER_LIFTED)
                && difference.diagnostic.message.contains(&format!("`{id}`"))
        };
        if !compared.report.differences.iter().any(of_it) {
            continue;
        }
        let Some(since) = since(compared, &witness)? else { continue };
        let mut differences = compared.report.differences.iter_mut();
        let (Some(difference), Some(index)) = (differences.find(|difference| of_it(difference)), index)
        else {
            continue;
        };
        difference.diagnostic.notes.push(format!("live since {since}"));
        difference.edits.push(Edit {
            target: Target { kind: "blocker".to_owned(), index, path: vec![Step::Key("since".to_owned())] },
            new: New::Str(since),
        });
    }
    Ok(())
}

/// The commit since which the witness is live, by the history of the file that it stands in and of the macros.
fn since(compared: &Compared, witness: &Witness) -> Result<Option<String>, Failure> {
    let (Some(repository), Some(head)) = (&compared.checkout.repository, &compared.checkout.head) else {
        return Ok(None);
    };
    let mut objects = repository.objects()?;
    let path = witness.spot.path.as_str();
    // Words and attributes are read from today's macros: only whether the variant is named and not ignored is asked.
    let others: Vec<SourceFile> =
        compared.stated.files().iter().filter(|file| file.path != path).cloned().collect();
    let mut found = None;
    for commit in repository.main_line(None, &head.id, &[path])? {
        let Some(text) = objects.text(&format!("{}:{path}", commit.id), MAX_BYTES)? else { break };
        let file = SourceFile { path: path.to_owned(), text };
        let stated = compared.project.stated(others.iter().cloned().chain([file]).collect());
        if !stated.is_live(witness) {
            break;
        }
        found = Some(commit.short().to_owned());
    }
    Ok(found)
}
