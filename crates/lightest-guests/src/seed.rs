//! A NoCloud seed: a small disk by which cloud-init installs the agent in an image that we did not make and do not change.

use std::path::Path;

use crate::disk;
use crate::{ImageError, agent, hash};
use lightest_model::config::Arch;

/// cloud-init looks for a file system of this name.
const LABEL: [u8; 11] = *b"CIDATA     ";

/// Runs in the guest as root, with the directory of the seed as its argument.
const INSTALL: &str = r#"#!/bin/sh
set -e
mkdir -p /usr/local/sbin
cp "$1/agent" /usr/local/sbin/lightest-agent
chmod 755 /usr/local/sbin/lightest-agent
modprobe virtio_console 2>/dev/null || true
if [ -d /run/systemd/system ]; then
    cat > /etc/systemd/system/lightest-agent.service << 'EOF'
[Unit]
Description=Lightest's agent
DefaultDependencies=no
[Service]
ExecStart=/usr/local/sbin/lightest-agent
Restart=always
[Install]
WantedBy=basic.target
EOF
    systemctl daemon-reload
    systemctl enable lightest-agent.service
    systemctl start --no-block lightest-agent.service
elif command -v rc-update > /dev/null; then
    mkdir -p /etc/local.d
    printf '#!/bin/sh\n/usr/local/sbin/lightest-agent &\n' > /etc/local.d/lightest-agent.start
    chmod 755 /etc/local.d/lightest-agent.start
    rc-update add local default
    (/usr/local/sbin/lightest-agent > /dev/null 2>&1 < /dev/null &)
else
    (/usr/local/sbin/lightest-agent > /dev/null 2>&1 < /dev/null &)
fi
"#;

const USER_DATA: &str = r"#cloud-config
runcmd:
  - [ sh, -c, 'd=$(mktemp -d) && mount -o ro -L CIDATA $d && sh $d/install.sh $d; umount $d' ]
";

/// The disk's bytes, the same each time.
///
/// # Errors
/// When there is no agent for the architecture.
pub fn seed(arch: Arch, cache: &Path, progress: &mut dyn FnMut(&str)) -> Result<Vec<u8>, ImageError> {
    let agent = agent::binary(arch, cache, progress)?;
    let instance = &hash(&agent)[..12];
    let meta = format!("instance-id: lightest-{instance}\nlocal-hostname: lightest\n");
    let files = [
        ("meta-data", meta.into_bytes()),
        ("user-data", USER_DATA.as_bytes().to_vec()),
        ("install.sh", INSTALL.as_bytes().to_vec()),
        ("agent", agent),
    ];
    let files = files.map(|(name, content)| (name.to_owned(), content)).into();
    disk::volume(LABEL, &files).map_err(ImageError::io(cache))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_a_file_system_that_cloud_init_finds() {
        let seed = seed(Arch::X64, Path::new("/nowhere"), &mut |_| ()).expect("a seed");
        let volume = fatfs::FileSystem::new(std::io::Cursor::new(seed), fatfs::FsOptions::new())
            .expect("a file system");
        assert_eq!(volume.volume_label(), "CIDATA");
        let mut names: Vec<_> =
            volume.root_dir().iter().map(|entry| entry.expect("an entry").file_name()).collect();
        names.sort();
        assert_eq!(names, ["agent", "install.sh", "meta-data", "user-data"]);
    }
}
