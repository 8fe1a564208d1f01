//! The catalog that is compared with the source: the embedded one, or a folder's.

use std::path::Path;

use lightest_catalog::load;
use lightest_model::catalog::{Catalog, Layer};
use lightest_sync::catalog_text::CatalogText;

use crate::failure::Failure;
use crate::framework::Framework;
use crate::input;

/// Reads it, with the table of calls, which cites the source as the facts do.
pub(crate) fn read(folder: Option<&Path>, framework: Framework) -> Result<(Catalog, CatalogText), Failure> {
    let files = match folder {
        None => lightest_catalog::embedded(framework.dialect().catalog()),
        Some(folder) => {
            let own = framework.dialect().catalog();
            let mut files = input::catalog::folder_files(folder, Layer::Base)?;
            // As this repository's `catalog/`, which has the facts of other frameworks, too.
            if own.iter().all(|name| folder.join(name).is_dir()) {
                files.retain(|file| {
                    own.iter().any(|name| Path::new(&file.name).starts_with(folder.join(name)))
                });
            }
            files
        }
    };
    let catalog = load(&files).map_err(|errors| input::catalog::failure(&files, &errors))?;
    let texts = files.into_iter().map(|file| (file.name, file.text.into_owned())).collect();
    let text = CatalogText::new(texts)
        .map_err(|(name, why)| Failure::new(format!("{name} cannot be read: {why}")))?;
    Ok((catalog, text))
}
