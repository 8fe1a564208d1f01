//! The wire format: what is sent arrives, whatever is in the way, and no bytes make either side fall over.

use lightest_agent::message::{Hello, ProgramEnd, Reply, Request, Run};
use lightest_agent::wire::{Decoder, Frame, HEADER, MAX_PAYLOAD};
use proptest::collection::vec;
use proptest::prelude::*;

fn bytes(most: usize) -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..most)
}

fn frame() -> impl Strategy<Value = Frame> {
    (any::<u8>(), any::<u32>(), bytes(300)).prop_map(|(kind, job, payload)| Frame { kind, job, payload })
}

fn request() -> impl Strategy<Value = Request> {
    prop_oneof![
        any::<u64>().prop_map(|session| Request::Hello { session }),
        Just(Request::Ping),
        (vec(bytes(40), 0..5), vec(bytes(40), 0..5), bytes(40), any::<bool>())
            .prop_map(|(argv, env, cwd, stdin)| Request::Run(Run { argv, env, cwd, stdin })),
        bytes(100).prop_map(Request::Stdin),
        any::<u8>().prop_map(Request::Signal),
        bytes(100).prop_map(|path| Request::Read { path }),
        (bytes(100), any::<u32>()).prop_map(|(path, mode)| Request::Write { path, mode }),
        bytes(100).prop_map(Request::Data),
        Just(Request::Sync),
        Just(Request::PowerOff),
        Just(Request::Reboot),
    ]
}

fn reply() -> impl Strategy<Value = Reply> {
    prop_oneof![
        (any::<u32>(), any::<[u8; 16]>(), any::<(u64, u64)>(), any::<u32>(), bytes(60)).prop_map(
            |(version, boot_id, (uptime_ns, started_ns), pid, kernel)| {
                Reply::Hello(Hello { version, boot_id, uptime_ns, started_ns, pid, kernel })
            }
        ),
        Just(Reply::Pong),
        bytes(100).prop_map(Reply::Stdout),
        bytes(100).prop_map(Reply::Stderr),
        any::<i32>().prop_map(|status| Reply::Ended(ProgramEnd::Exited(status))),
        any::<i32>().prop_map(|signal| Reply::Ended(ProgramEnd::Signalled(signal))),
        bytes(100).prop_map(Reply::Data),
        Just(Reply::Done),
        bytes(100).prop_map(Reply::Failed),
    ]
}

fn decode_in_pieces(stream: &[u8], piece: usize) -> (Vec<Frame>, u64) {
    let mut decoder = Decoder::default();
    let mut frames = Vec::new();
    for part in stream.chunks(piece.max(1)) {
        decoder.push(part);
        while let Some(frame) = decoder.next() {
            frames.push(frame);
        }
    }
    (frames, decoder.skipped())
}

proptest! {
    #[test]
    fn frames_arrive_however_the_stream_is_cut(frames in vec(frame(), 0..6), piece in 1_usize..64) {
        let stream: Vec<u8> = frames.iter().flat_map(Frame::to_bytes).collect();
        prop_assert_eq!(decode_in_pieces(&stream, piece), (frames, 0));
    }

    #[test]
    fn any_bytes_are_survived_and_memory_stays_within_one_frame(stream in bytes(4096), piece in 1_usize..512) {
        let (frames, skipped) = decode_in_pieces(&stream, piece);
        let used: usize = frames.iter().map(|frame| frame.payload.len() + HEADER).sum();
        prop_assert!(used + usize::try_from(skipped).expect("small") <= stream.len());
    }

    #[test]
    fn frames_after_a_cut_one_are_read_once_the_decoder_is_reset(
        lost in frame(), cut in 0_usize..100, next in frame()
    ) {
        let lost = lost.to_bytes();
        let mut decoder = Decoder::default();
        decoder.push(&lost[..cut.min(lost.len() - 1)]);
        prop_assert_eq!(decoder.next(), None);
        decoder.reset();
        decoder.push(&next.to_bytes());
        prop_assert_eq!(decoder.next(), Some(next));
    }

    #[test]
    fn rubbish_before_a_frame_is_skipped(rubbish in vec(0_u8..0x4c, 0..200), next in frame()) {
        let mut stream = rubbish.clone();
        next.write_to(&mut stream);
        prop_assert_eq!(decode_in_pieces(&stream, 7), (vec![next], rubbish.len() as u64));
    }

    #[test]
    fn a_request_arrives_as_it_was_sent(request in request(), job in any::<u32>()) {
        let frame = request.to_frame(job);
        prop_assert_eq!(frame.job, job);
        prop_assert_eq!(Request::from_frame(&frame), Ok(request));
    }

    #[test]
    fn a_reply_arrives_as_it_was_sent(reply in reply(), job in any::<u32>()) {
        prop_assert_eq!(Reply::from_frame(&reply.to_frame(job)), Ok(reply));
    }

    #[test]
    fn a_payload_of_any_bytes_is_understood_or_refused(frame in frame()) {
        let _ = Request::from_frame(&frame);
        let _ = Reply::from_frame(&frame);
    }
}

#[test]
fn a_length_over_the_limit_is_not_waited_for() {
    let honest = Frame { kind: 2, job: 1, payload: vec![0; 3] };
    let mut stream = honest.to_bytes();
    let length = u32::try_from(MAX_PAYLOAD).expect("fits") + 1;
    stream[8..12].copy_from_slice(&length.to_le_bytes());
    honest.write_to(&mut stream);
    let (frames, _) = decode_in_pieces(&stream, 5);
    assert_eq!(frames, [honest]);
}

#[test]
fn a_count_beyond_the_payload_is_refused_without_reserving_memory() {
    let mut payload = vec![0];
    payload.extend_from_slice(&0_u32.to_le_bytes());
    payload.extend_from_slice(&u32::MAX.to_le_bytes());
    let frame = Frame { kind: 3, job: 1, payload };
    assert!(Request::from_frame(&frame).is_err());
}
