//! Tests of fruit.

/// Grows.
#[vmm_test(
    openvmm_linux_direct_x64,
    openvmm_uefi_x64(vhd(plum_1_x64)),
    ignore(reason = "plums freeze (orchard#7)", hyperv_openhcl_uefi_x64[vbs](vhd(plum_1_x64))),
    hyperv_uefi_aarch64(vhd(pear_2_aarch64))
)]
async fn grows<T>(config: Builder<T>) -> Result<()> {
    config.with_memory(MemoryConfig { startup_bytes: 512 * 1024 * 1024, ..Default::default() }).run().await
}

/// Ripens.
// TODO: add openvmm_uefi_aarch64 once pears ripen (orchard#9)
#[openvmm_test_no_agent(pcat_x64(iso(quince_3_x64)), uefi_x64(none))]
async fn ripens(config: Builder<OpenVmm>) -> Result<()> {
    config.run_without_agent().await
}
