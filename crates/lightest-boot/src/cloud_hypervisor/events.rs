//! The Cloud Hypervisor driver: its event monitor, a stream of JSON objects.

use std::io::Read;
use std::time::Instant;

use serde_json::{Deserializer, Value};

use super::FACTS;
use crate::driver::{Heard, Tell};
use crate::options::Sign;
use crate::timeline::{EventKind, Initiator};

/// No event is longer than this.
const LONGEST: usize = 64 * 1024;

/// Reads events until the end of the stream; what is none is passed over.
pub(super) fn read(mut stream: impl Read, tell: &Tell) {
    let mut piece = [0; 4096];
    let mut waiting: Vec<u8> = Vec::new();
    while let Ok(read @ 1..) = stream.read(&mut piece) {
        let now = Instant::now();
        waiting.extend_from_slice(&piece[..read]);
        for value in whole(&mut waiting) {
            if let Some(kind) = understand(&value) {
                tell(now, Heard::Event(kind));
            }
        }
    }
}

/// Takes the whole values off the front; keeps the beginning of one that is not whole yet, within bounds.
fn whole(waiting: &mut Vec<u8>) -> Vec<Value> {
    let mut values = Vec::new();
    loop {
        let mut stream = Deserializer::from_slice(waiting).into_iter::<Value>();
        match stream.next() {
            Some(Ok(value)) => {
                values.push(value);
                let taken = stream.byte_offset();
                waiting.drain(..taken);
            }
            Some(Err(error)) if error.is_eof() && waiting.len() <= LONGEST => return values,
            Some(Err(_)) => match waiting.iter().position(|byte| *byte == b'\n') {
                Some(end) => drop(waiting.drain(..=end)),
                None if waiting.len() > LONGEST => waiting.clear(),
                None => return values,
            },
            None => {
                waiting.clear();
                return values;
            }
        }
    }
}

fn understand(value: &Value) -> Option<EventKind> {
    let name = format!("{}/{}", value["source"].as_str()?, value["event"].as_str()?);
    let mark = FACTS.log.iter().find(|mark| mark.text == name)?;
    match mark.sign {
        Sign::GuestReset => Some(EventKind::Reset { by: Initiator::Unknown }),
        Sign::GuestShutdown => Some(EventKind::Shutdown { by: Initiator::Unknown }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn events_are_found_however_they_are_cut_and_whatever_is_between() {
        let text = b"{\n \"source\": \"vm\",\n \"event\": \"booted\"\n}\n\nnonsense {\n}\n{\"source\":\"vm\",\"event\":\"rebooting\"}\n\n";
        for cut in 0..text.len() {
            let mut waiting = text[..cut].to_vec();
            let mut values = whole(&mut waiting);
            waiting.extend_from_slice(&text[cut..]);
            values.extend(whole(&mut waiting));
            let events: Vec<_> = values.iter().filter_map(|value| value["event"].as_str()).collect();
            assert_eq!(events, ["booted", "rebooting"], "cut at {cut}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_or_keep_more_than_it_may(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let mut waiting = Vec::new();
            for piece in bytes.chunks(7) {
                waiting.extend_from_slice(piece);
                whole(&mut waiting);
                prop_assert!(waiting.len() <= LONGEST + 7);
            }
        }
    }

    #[test]
    fn an_endless_value_is_given_up() {
        let mut waiting = vec![b'['; LONGEST + 1];
        assert!(whole(&mut waiting).is_empty());
        assert!(waiting.len() <= LONGEST);
    }
}
