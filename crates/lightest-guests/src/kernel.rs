//! The uncompressed kernel inside a bzImage: under TCG the guest's own decompression costs half a second and more.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

/// Where the setup header has the payload's place.
const SETUP_SECTORS: usize = 0x1f1;
const HEADER_MAGIC: usize = 0x202;
const PAYLOAD_OFFSET: usize = 0x248;
const PAYLOAD_LENGTH: usize = 0x24c;
/// No kernel is larger.
const MAX_KERNEL: u64 = 512 * 1024 * 1024;
/// The ELF note that makes QEMU start a kernel in 32-bit mode without a boot loader (XEN_ELFNOTE_PHYS32_ENTRY).
const PVH_NOTE: u32 = 18;

/// The ELF kernel inside, if the image is a bzImage in a compression that we know and the kernel can be started that way.
#[must_use]
pub(crate) fn uncompressed(image: &[u8]) -> Option<Vec<u8>> {
    if image.get(HEADER_MAGIC..HEADER_MAGIC + 4)? != b"HdrS" {
        return None;
    }
    let sectors = match *image.get(SETUP_SECTORS)? {
        0 => 4,
        sectors => usize::from(sectors),
    };
    let word = |at: usize| -> Option<usize> {
        let bytes = image.get(at..at + 4)?.try_into().ok()?;
        usize::try_from(u32::from_le_bytes(bytes)).ok()
    };
    let start = ((sectors + 1) * 512).checked_add(word(PAYLOAD_OFFSET)?)?;
    let payload = image.get(start..start.checked_add(word(PAYLOAD_LENGTH)?)?)?;
    let kernel = decompress(payload)?;
    has_pvh_entry(&kernel).then_some(kernel)
}

fn decompress(payload: &[u8]) -> Option<Vec<u8>> {
    let mut kernel = Vec::new();
    // The kernel's build appends the uncompressed size to the compressed stream.
    let stream = payload.get(..payload.len().checked_sub(4)?)?;
    match payload.get(..4)? {
        [0x02, 0x21, 0x4c, 0x18] => legacy_lz4(stream, &mut kernel)?,
        [0x28, 0xb5, 0x2f, 0xfd] => {
            let decoder = ruzstd::decoding::StreamingDecoder::new(payload).ok()?;
            decoder.take(MAX_KERNEL).read_to_end(&mut kernel).ok()?;
        }
        [0xfd, b'7', b'z', b'X'] => kernel = xz(stream)?,
        _ => return None,
    }
    Some(kernel)
}

/// By the program that dpkg itself depends on: kernels use a filter that no well-kept crate in plain Rust has.
fn xz(stream: &[u8]) -> Option<Vec<u8>> {
    let mut command = Command::new("xz");
    command.arg("-dc").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    let mut input = child.stdin.take()?;
    let mut kernel = Vec::new();
    std::thread::scope(|scope| {
        // A program that stopped reading shows it by its status.
        scope.spawn(move || drop(input.write_all(stream)));
        child.stdout.take()?.take(MAX_KERNEL).read_to_end(&mut kernel).ok()
    })?;
    child.wait().ok()?.success().then_some(kernel)
}

/// LZ4's first frame format, which only the kernel still writes: blocks of 8 MiB, each with its compressed length.
fn legacy_lz4(stream: &[u8], out: &mut Vec<u8>) -> Option<()> {
    const BLOCK: usize = 8 * 1024 * 1024;
    let mut rest = stream.get(4..)?;
    while let Some((length, tail)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let (block, tail) = tail.split_at_checked(length)?;
        out.extend(lz4_flex::block::decompress(block, BLOCK).ok()?);
        if out.len() as u64 > MAX_KERNEL {
            return None;
        }
        rest = tail;
    }
    Some(())
}

fn has_pvh_entry(kernel: &[u8]) -> bool {
    use object::read::elf::{ElfFile64, FileHeader, ProgramHeader};
    let Ok(file) = ElfFile64::<object::Endianness>::parse(kernel) else {
        return false;
    };
    let endian = object::Endianness::Little;
    let Ok(headers) = file.elf_header().program_headers(endian, kernel) else {
        return false;
    };
    headers.iter().any(|header| {
        let Ok(Some(mut notes)) = header.notes(endian, kernel) else {
            return false;
        };
        while let Ok(Some(note)) = notes.next() {
            if note.n_type(endian) == PVH_NOTE && note.name() == b"Xen" {
                return true;
            }
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..2048), magic in 0..3_u8) {
            if bytes.len() > 0x300 {
                bytes[HEADER_MAGIC..HEADER_MAGIC + 4].copy_from_slice(b"HdrS");
                bytes[SETUP_SECTORS] = 1;
                bytes[PAYLOAD_OFFSET..PAYLOAD_OFFSET + 8].copy_from_slice(&[0, 0, 0, 0, 64, 0, 0, 0]);
                if bytes.len() > 1100 && magic > 0 {
                    let start: &[u8] = if magic == 1 { &[0x02, 0x21, 0x4c, 0x18] } else { &[0x28, 0xb5, 0x2f, 0xfd] };
                    bytes[1024..1028].copy_from_slice(start);
                }
            }
            prop_assert_eq!(uncompressed(&bytes), None);
        }
    }
}
