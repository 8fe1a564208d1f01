//! Words that several crates share.

pub mod capabilities {
    pub const SHADE: &str = "shade";
    pub const KNOWN_CAPABILITIES: &[&str] = &[SHADE, "water"];
}

pub mod tags {
    pub struct GuestQuirksInner {
        pub hyperv_shutdown_ic_sleep: Option<std::time::Duration>,
        pub initial_reboot: Option<InitialRebootCondition>,
    }

    pub enum InitialRebootCondition {
        Always,
        WithTpm,
    }

    pub struct GuestQuirks {
        pub openvmm: GuestQuirksInner,
        pub hyperv: GuestQuirksInner,
    }
}
