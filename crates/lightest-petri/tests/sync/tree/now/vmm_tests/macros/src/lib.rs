//! Reads configurations.

impl Named {
    fn name_prefix(&self) -> String {
        let firmware = match &self.firmware {
            Firmware::LinuxDirect => "linux",
            Firmware::Pcat(_) => "pcat",
            Firmware::Uefi(_) => "uefi",
            Firmware::OpenhclUefi(..) => "openhcl_uefi",
        };
        firmware.to_owned()
    }
}

impl Parse for Args {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        for config in &configs {
            match config.firmware {
                Firmware::Uefi(UefiGuest::Vhd(ImageInfo { arch, .. })) => {
                    if config.arch != arch {
                        return Err(Error::new(config.span, "not the guest's architecture"));
                    }
                }
                _ => {}
            }
        }
        Ok(Args { configs })
    }
}

impl Parse for Config {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let (vmm, rest) = if let Some(rest) = word.strip_prefix("hyperv_") {
            (Some(Vmm::HyperV), rest)
        } else if let Some(rest) = word.strip_prefix("openvmm_") {
            (Some(Vmm::OpenVmm), rest)
        } else {
            (None, word)
        };
        let (arch, firmware) = match rest {
            "linux_direct_x64" => (MachineArch::X86_64, Firmware::LinuxDirect),
            "pcat_x64" => (MachineArch::X86_64, Firmware::Pcat(parse_pcat_guest(input)?)),
            "uefi_x64" => (MachineArch::X86_64, Firmware::Uefi(parse_uefi_guest(input)?)),
            "uefi_aarch64" => (MachineArch::Aarch64, Firmware::Uefi(parse_uefi_guest(input)?)),
            "openhcl_uefi_x64" => (
                MachineArch::X86_64,
                Firmware::OpenhclUefi(parse_paravisor_options(input)?, parse_uefi_guest(input)?),
            ),
            "pcat_aarch64" => return Err(Error::new(word.span(), "a BIOS is for x64")),
            _ => return Err(Error::new(word.span(), "no such firmware")),
        };
        Ok(Config { vmm, arch, firmware })
    }
}

fn parse_pcat_guest(input: ParseStream<'_>) -> syn::Result<PcatGuest> {
    parens.parse::<PcatGuest>()
}

fn parse_uefi_guest(input: ParseStream<'_>) -> syn::Result<UefiGuest> {
    parens.parse::<UefiGuest>()
}

fn parse_paravisor_options(input: ParseStream<'_>) -> syn::Result<ParavisorOptions> {
    brackets.parse()
}

impl Parse for PcatGuest {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        match &*word.to_string() {
            "vhd" => Ok(PcatGuest::Vhd(parse_vhd(&parens, Generation::Gen1)?)),
            "iso" => Ok(PcatGuest::Iso(parse_iso(&parens)?)),
            _ => Err(Error::new(word.span(), "no such guest")),
        }
    }
}

impl Parse for UefiGuest {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        match &*word.to_string() {
            "guest_test_uefi_x64" => Ok(UefiGuest::GuestTestUefi(MachineArch::X86_64)),
            "none" => Ok(UefiGuest::None),
            "vhd" => Ok(UefiGuest::Vhd(parse_vhd(&parens, Generation::Gen2)?)),
            _ => Err(Error::new(word.span(), "no such guest")),
        }
    }
}

fn parse_vhd(input: ParseStream<'_>, generation: Generation) -> syn::Result<ImageInfo> {
    match &*word.to_string() {
        "plum_1_x64" => Ok(image_info!(::orchard::artifacts::test_vhd::PLUM_1_X64)),
        "pear_2_aarch64" => match generation {
            Generation::Gen1 => Err(Error::new(word.span(), "pears need UEFI")),
            Generation::Gen2 => Ok(image_info!(::orchard::artifacts::test_vhd::PEAR_2_AARCH64)),
        },
        "pear_2_aarch64_prepped" => match generation {
            Generation::Gen1 => Err(Error::new(word.span(), "pears need UEFI")),
            Generation::Gen2 => Ok(image_info!(::orchard::artifacts::test_vhd::PEAR_2_AARCH64_PREPPED)),
        },
        _ => Err(Error::new(word.span(), "no such disk")),
    }
}

fn parse_iso(input: ParseStream<'_>) -> syn::Result<ImageInfo> {
    macro_rules! image_info {
        ($artifact:ty) => {
            ImageInfo { arch: <$artifact>::ARCH, name_prefix: word.to_string() + "_iso" }
        };
    }
    Ok(match &*word.to_string() {
        "quince_3_x64" => image_info!(::orchard::artifacts::test_iso::QUINCE_3_X64),
        _ => return Err(Error::new(word.span(), "no such disc")),
    })
}

impl Parse for ParavisorOptions {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        match &*word.to_string() {
            "vbs" => options.isolation = Some(IsolationType::Vbs),
            "snp" => options.isolation = Some(IsolationType::Snp),
            _ => return Err(Error::new(word.span(), "no such option")),
        }
        Ok(options)
    }
}

#[proc_macro_attribute]
pub fn vmm_test(attr: TokenStream, item: TokenStream) -> TokenStream {
    make(attr, item)
}

#[proc_macro_attribute]
pub fn openvmm_test_no_agent(attr: TokenStream, item: TokenStream) -> TokenStream {
    make(attr, item)
}

fn build_requirements(firmware: &Firmware, resolved_vmm: Vmm) -> TokenStream {
    let mut is_vbs = false;
    if let Firmware::OpenhclUefi(ParavisorOptions { isolation: Some(isolation) }, _) = firmware {
        let needed = match isolation {
            IsolationType::Vbs => {
                is_vbs = true;
                quote!(TestRequirement::Isolation(IsolationType::Vbs))
            }
            IsolationType::Snp => quote!(TestRequirement::Isolation(IsolationType::Snp)),
        };
    }
    let is_hyperv = resolved_vmm == Vmm::HyperV;
    if is_hyperv && is_vbs {
        all = quote!(#all.and(TestRequirement::ExecutionEnvironment(ExecutionEnvironment::Baremetal)));
    }
    all
}
