//! A suppression that suppresses nothing
//!
//! ## What it does
//!
//! Names comments of the form `lightest: expect(rule): reason` whose rule no longer fires there, that name no rule, or that
//! give no reason. Such a comment stands above a configuration, or above the attribute for all of them.
//!
//! ## Why
//!
//! A suppression that is left behind hides the next mistake. The reason is for the reader who wonders.
//!
//! ## Example
//!
//! ```rust,ignore
//! #[vmm_test(
//!     // lightest: expect(heavier-than-needed): its driver is what is tested
//!     openvmm_linux_direct_x64,
//! )]
//! ```
//!
//! ## Use instead
//!
//! ```rust,ignore
//! #[vmm_test(openvmm_linux_direct_x64)]
//! ```

use crate::finding::Finding;
use crate::subject::Subject;

/// Found by the engine, which alone knows what was suppressed.
pub(super) const fn check(_: &Subject<'_, '_>, _: &mut Vec<Finding>) {}
