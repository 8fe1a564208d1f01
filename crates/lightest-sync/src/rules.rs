//! The kinds of difference that `sync` reports.

use lightest_diagnostics::RuleId;

/// The source no longer states this, or states it in a form that is not understood.
pub const CANNOT_READ: RuleId = RuleId::new("cannot-read");
/// Configurations may name a VMM that the catalog does not have.
pub const VMM_MISSING: RuleId = RuleId::new("vmm-missing");
/// The catalog has a VMM that no configuration may name.
pub const VMM_GONE: RuleId = RuleId::new("vmm-gone");
/// Configurations may name a guest that the catalog does not have.
pub const GUEST_MISSING: RuleId = RuleId::new("guest-missing");
/// The catalog has a guest that no configuration may name.
pub const GUEST_GONE: RuleId = RuleId::new("guest-gone");
/// A guest differs from the source.
pub const GUEST_DIFFERS: RuleId = RuleId::new("guest-differs");
/// An image differs from the source.
pub const IMAGE_DIFFERS: RuleId = RuleId::new("image-differs");
/// Configurations may name a boot method that the catalog does not have.
pub const BOOT_METHOD_MISSING: RuleId = RuleId::new("boot-method-missing");
/// The catalog has a boot method that no configuration may name.
pub const BOOT_METHOD_GONE: RuleId = RuleId::new("boot-method-gone");
/// A boot method differs from the source.
pub const BOOT_METHOD_DIFFERS: RuleId = RuleId::new("boot-method-differs");
/// The requirements of a host differ from the source.
pub const HOST_DIFFERS: RuleId = RuleId::new("host-differs");
/// The words of `requires(..)` differ from the source.
pub const CAPABILITY_DIFFERS: RuleId = RuleId::new("capability-differs");
/// Catalog and source disagree whether a configuration runs.
pub const COMPAT_DIFFERS: RuleId = RuleId::new("compat-differs");
/// The waits or reboots of a guest differ from the source.
pub const QUIRK_DIFFERS: RuleId = RuleId::new("quirk-differs");
/// A blocker of the catalog no longer blocks.
pub const BLOCKER_LIFTED: RuleId = RuleId::new("blocker-lifted");
/// A lifted blocker blocks again.
pub const BLOCKER_REOPENED: RuleId = RuleId::new("blocker-reopened");
/// A test disables a configuration for a reason that is not in the catalog.
pub const BLOCKER_MISSING: RuleId = RuleId::new("blocker-missing");
/// A cited file was renamed.
pub const EVIDENCE_MOVED: RuleId = RuleId::new("evidence-moved");
/// Cited lines have changed.
pub const EVIDENCE_CHANGED: RuleId = RuleId::new("evidence-changed");

/// Every kind of difference, with what it means.
pub const RULES: [(RuleId, &str); 19] = [
    (CANNOT_READ, "the source no longer states this, or states it in a form that is not understood"),
    (VMM_MISSING, "configurations may name a VMM that the catalog does not have"),
    (VMM_GONE, "the catalog has a VMM that no configuration may name"),
    (GUEST_MISSING, "configurations may name a guest that the catalog does not have"),
    (GUEST_GONE, "the catalog has a guest that no configuration may name"),
    (GUEST_DIFFERS, "a guest differs from the source"),
    (IMAGE_DIFFERS, "an image differs from the source"),
    (BOOT_METHOD_MISSING, "configurations may name a boot method that the catalog does not have"),
    (BOOT_METHOD_GONE, "the catalog has a boot method that no configuration may name"),
    (BOOT_METHOD_DIFFERS, "a boot method differs from the source"),
    (HOST_DIFFERS, "the requirements of a host differ from the source"),
    (CAPABILITY_DIFFERS, "the words of `requires(..)` differ from the source"),
    (COMPAT_DIFFERS, "catalog and source disagree whether a configuration runs"),
    (QUIRK_DIFFERS, "the waits or reboots of a guest differ from the source"),
    (BLOCKER_LIFTED, "a blocker of the catalog no longer blocks"),
    (BLOCKER_REOPENED, "a lifted blocker blocks again"),
    (BLOCKER_MISSING, "a test disables a configuration for a reason that is not in the catalog"),
    (EVIDENCE_MOVED, "a cited file was renamed"),
    (EVIDENCE_CHANGED, "cited lines have changed"),
];
