//! The kinds of difference that `sync` reports.

use lightest_diagnostics::RuleId;

/// Kinds of difference, each with its name and what it means.
macro_rules! kinds {
    ($($kind:ident $name:literal $meaning:literal;)*) => {
        $(
            #[doc = $meaning]
            pub const $kind: RuleId = RuleId::new($name);
        )*

        /// Every kind of difference, with what it means.
        pub const RULES: [(RuleId, &str); [$($name),*].len()] = [$(($kind, $meaning)),*];
    };
}

kinds! {
    CANNOT_READ "cannot-read" "the source no longer states this, or states it in a form that is not understood";
    VMM_MISSING "vmm-missing" "configurations may name a VMM that the catalog does not have";
    VMM_GONE "vmm-gone" "the catalog has a VMM that no configuration may name";
    GUEST_MISSING "guest-missing" "configurations may name a guest that the catalog does not have";
    GUEST_GONE "guest-gone" "the catalog has a guest that no configuration may name";
    GUEST_DIFFERS "guest-differs" "a guest differs from the source";
    IMAGE_DIFFERS "image-differs" "an image differs from the source";
    BOOT_METHOD_MISSING "boot-method-missing" "configurations may name a boot method that the catalog does not have";
    BOOT_METHOD_GONE "boot-method-gone" "the catalog has a boot method that no configuration may name";
    BOOT_METHOD_DIFFERS "boot-method-differs" "a boot method differs from the source";
    HOST_DIFFERS "host-differs" "the requirements of a host differ from the source";
    CAPABILITY_DIFFERS "capability-differs" "what a guest provides, or a test may require of its host, differs from the source";
    COMPAT_DIFFERS "compat-differs" "catalog and source disagree whether a configuration runs";
    QUIRK_DIFFERS "quirk-differs" "the waits or reboots of a guest differ from the source";
    BLOCKER_LIFTED "blocker-lifted" "a blocker of the catalog no longer blocks";
    BLOCKER_REOPENED "blocker-reopened" "a lifted blocker blocks again";
    BLOCKER_MISSING "blocker-missing" "a test disables a configuration for a reason that is not in the catalog";
    EVIDENCE_MOVED "evidence-moved" "a cited file was renamed";
    EVIDENCE_CHANGED "evidence-changed" "cited lines have changed";
}
