//! A fuzz test of the wire: messages that are nearly right, from a seed, through everything that reads what a peer sent.
//!
//! It runs on stable Rust with the other tests, without a coverage feedback (`cargo fuzz` needs a nightly compiler and a
//! library crate). `PELLUCID_FUZZ_SECONDS=600 cargo test -p pellucid-kernel fuzz --release` goes on for that long, each round
//! with the next seed; a failure names its seed, and `PELLUCID_FUZZ_SEED` begins there.
use crate::connection::Connection;
use crate::history::fuzzed;
use crate::socket::zmtp;
use crate::wire::comm::{CommContent, CommInfoRequest};
use crate::wire::complete::{CompleteRequest, IsCompleteRequest, cursor};
use crate::wire::control::{DebugReply, DebugRequest, ShutdownRequest};
use crate::wire::execute::ExecuteRequest;
use crate::wire::header::{Encoder, Rejected, Request, decode};
use crate::wire::history::HistoryRequest;
use crate::wire::inspect::InspectRequest;
use crate::wire::signing::Signer;
use crate::wire::stdin::InputReply;
use bytes::Bytes;
use pellucid::face::CommKind;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;

/// xorshift64*, Vigna 2016.
struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }
    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
    fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

const CONTENTS: &[&str] = &[
    r#"{"code":"é = 1\n𨭎","silent":false,"store_history":true,"user_expressions":{"v":"x"},"allow_stdin":true,"stop_on_error":true}"#,
    r#"{"code":"zi","cursor_pos":2,"detail_level":1}"#,
    r#"{"output":true,"raw":true,"hist_access_type":"search","session":-1,"start":0,"stop":9,"n":3,"pattern":"a*[b","unique":true}"#,
    r#"{"hist_access_type":"range","session":0,"start":-5,"stop":null}"#,
    r#"{"comm_id":"c","target_name":"t","data":{"a":[1,null,{"b":-1e300}]}}"#,
    r#"{"restart":true}"#,
    r#"{"type":"request","seq":1,"command":"debugInfo","arguments":{}}"#,
    r#"{"value":"\u0004"}"#,
    r#"{"transport":"tcp","ip":"::1","shell_port":1,"iopub_port":2,"stdin_port":3,"control_port":4,"hb_port":65535,"key":"k"}"#,
];

/// Texts that turn up where others are expected.
const PIECES: &[&[u8]] = &[
    b"null", b"-1", b"18446744073709551616", b"1e999", b"\"\\ud800\"", b"[[[[[[[[", b"{}", b"\xff\xfe", b"\0", b"<IDS|MSG>", b"\"",
    b"\\", b"{\"a\":{\"a\":{\"a\":", b",", b":", b"true", b"\xf0\xa8\xad\x8e",
];

fn spoil(bytes: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for _ in 0..rng.below(4) {
        let at = rng.below(out.len() + 1);
        match rng.below(5) {
            0 if at < out.len() => out[at] = rng.next() as u8,
            1 => drop(out.splice(at..at, rng.pick(PIECES).iter().copied())),
            2 => out.truncate(at),
            3 => {
                let end = (at + rng.below(8)).min(out.len());
                out.drain(at..end);
            }
            _ => {
                let copy = out[at..].to_vec();
                out.extend(copy.into_iter().take(64));
            }
        }
    }
    out
}

/// All that the kernel makes of a request before the machine sees it.
fn read(request: &Request) {
    let c = &request.content;
    if let Ok(r) = serde_json::from_slice::<ExecuteRequest>(c) {
        assert!(r.code.len() <= c.len());
    }
    if let Ok(r) = serde_json::from_slice::<CompleteRequest>(c) {
        assert!(cursor(&r.code, r.cursor_pos) <= r.code.chars().count());
    }
    if let Ok(r) = serde_json::from_slice::<HistoryRequest>(c) {
        fuzzed(&r);
    }
    if let Ok(r) = serde_json::from_slice::<CommContent>(c) {
        let buffers = request.buffers.iter().map(|b| b.to_vec()).collect();
        assert!(r.message(CommKind::Message, &request.metadata, buffers).content.contains_key("comm_id"));
    }
    if let Ok(r) = serde_json::from_slice::<DebugRequest>(c) {
        serde_json::to_vec(&DebugReply::refuse(r)).expect("a reply is JSON");
    }
    if let Ok(r) = serde_json::from_slice::<Connection>(c) {
        assert!(r.endpoint(r.hb_port).contains("://"));
    }
    drop(serde_json::from_slice::<InspectRequest>(c).map(|r| cursor(&r.code, r.cursor_pos)));
    drop(serde_json::from_slice::<IsCompleteRequest>(c));
    drop(serde_json::from_slice::<CommInfoRequest>(c));
    drop(serde_json::from_slice::<ShutdownRequest>(c));
    drop(serde_json::from_slice::<InputReply>(c));
}

fn envelopes(rng: &mut Rng) {
    let signer = Signer::new("a key");
    let encoder = Encoder::new(signer.clone(), "s".into(), "u".into());
    let content = spoil(rng.pick(CONTENTS).as_bytes(), rng);
    let (mut frames, _) = encoder.encode(&[Bytes::from_static(b"peer")], None, "execute_request", b"{}", content);
    // Whole as far as the envelope goes: it is read.
    read(&decode(&frames, &signer).expect("signed as it is"));
    // Spoilt behind the signature: never believed.
    let at = 3 + rng.below(4);
    let before = frames[at].clone();
    frames[at] = spoil(&before, rng).into();
    let whole = frames[at] == before;
    assert_eq!(decode(&frames, &signer).is_ok(), whole);
    // Signed by one who has the key, however strange: read or refused.
    let body: Vec<Bytes> = frames[3..7].to_vec();
    frames[2] = signer.sign(&body).into();
    match decode(&frames, &signer) {
        Ok(request) => read(&request),
        Err(why) => assert!(matches!(why, Rejected::BadHeader(_)), "{why}"),
    }
    // Frames missing, doubled, in another order.
    for _ in 0..rng.below(4) {
        let (a, b) = (rng.below(frames.len()), rng.below(frames.len()));
        match rng.below(3) {
            0 => frames.swap(a, b),
            1 => frames.insert(a, frames[b].clone()),
            _ => drop(frames.remove(a)),
        }
        if frames.is_empty() {
            break;
        }
    }
    drop(decode(&frames, &Signer::new("")).map(|r| read(&r)));
}

/// What a subscriber's connection may say: greeting, handshake, subscriptions, each spoilt.
async fn connection(rng: &mut Rng) {
    let mut greeting = vec![0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0];
    greeting.extend(b"NULL");
    greeting.resize(64, 0);
    let mut ready = vec![5];
    ready.extend(b"READY\x0bSocket-Type\0\0\0\x03SUB");
    let mut said = greeting;
    said.extend([4, ready.len() as u8]);
    said.extend(ready);
    said.extend([0, 1, 1, 0, 5]);
    said.extend(b"\x01topi");
    said.extend([4, 10]);
    said.extend(b"\x04PING\0\0abc");
    let said = spoil(&said, rng);
    let (mut ours, mut theirs) = tokio::io::duplex(1 << 16);
    theirs.write_all(&said).await.expect("there is room");
    theirs.shutdown().await.expect("still open");
    if zmtp::handshake(&mut ours).await.is_ok() {
        while zmtp::read_subscriber(&mut ours).await.is_ok() {}
    }
}

#[test]
fn the_wire_takes_anything() {
    let number = |name: &str| std::env::var(name).ok().and_then(|v| v.parse::<u64>().ok());
    let limit = number("PELLUCID_FUZZ_SECONDS").map(Duration::from_secs);
    let first = number("PELLUCID_FUZZ_SEED").unwrap_or(1);
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let start = Instant::now();
    for seed in first.. {
        let round = || {
            let mut rng = Rng(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
            (0..50).for_each(|_| envelopes(&mut rng));
            runtime.block_on(connection(&mut rng));
        };
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(round));
        assert!(ended.is_ok(), "PELLUCID_FUZZ_SEED={seed}");
        if limit.map_or(seed >= first + 200, |l| start.elapsed() > l) {
            println!("{} rounds of 51 messages", seed - first + 1);
            return;
        }
    }
}
