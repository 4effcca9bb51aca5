//! The envelope: identities, delimiter, signature, header, parent header, metadata, content, buffers.
use super::signing::Signer;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

const DELIMITER: &[u8] = b"<IDS|MSG>";

/// What we read of a request's header; the rest is kept as bytes in [`Parent`].
#[derive(Debug, Clone, Deserialize)]
pub struct Header {
    pub msg_id: String,
    pub msg_type: String,
}

/// Where an answer goes: the identities to route by, and the request's header byte for byte, so that fields
/// unknown to us come back unchanged as the answer's parent header.
#[derive(Debug, Clone)]
pub struct Parent {
    pub ids: Vec<Bytes>,
    pub header: Bytes,
}

/// A verified request.
#[derive(Debug, Clone)]
pub struct Request {
    pub header: Header,
    pub parent: Arc<Parent>,
    /// The `msg_id` of the request's own parent, if it has one (an `input_reply` has).
    pub answers: Option<String>,
    pub metadata: Bytes,
    pub content: Bytes,
    /// Binary data behind the content. Signatures do not cover it (protocol: "Wire protocol").
    pub buffers: Vec<Bytes>,
}

/// Why frames are not a request.
#[derive(Debug, PartialEq, Eq)]
pub enum Rejected {
    NoDelimiter,
    TooFewFrames(usize),
    BadSignature,
    BadHeader(String),
}

impl std::fmt::Display for Rejected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Rejected::NoDelimiter => write!(f, "no <IDS|MSG> frame"),
            Rejected::TooFewFrames(n) => write!(f, "{n} frames after <IDS|MSG>, at least 5 are needed"),
            Rejected::BadSignature => write!(f, "the signature is wrong"),
            Rejected::BadHeader(why) => write!(f, "the header is no JSON object as the protocol has it: {why}"),
        }
    }
}

#[derive(Deserialize, Default)]
struct OwnParent {
    #[serde(default)]
    msg_id: Option<String>,
}

/// Takes frames apart and checks the signature before anything is parsed.
pub fn decode(frames: &[Bytes], signer: &Signer) -> Result<Request, Rejected> {
    let at = frames.iter().position(|f| &f[..] == DELIMITER).ok_or(Rejected::NoDelimiter)?;
    let rest = &frames[at + 1..];
    if rest.len() < 5 {
        return Err(Rejected::TooFewFrames(rest.len()));
    }
    if !signer.verify(&rest[0], &rest[1..5]) {
        return Err(Rejected::BadSignature);
    }
    let header: Header = serde_json::from_slice(&rest[1]).map_err(|e| Rejected::BadHeader(e.to_string()))?;
    let answers = serde_json::from_slice::<OwnParent>(&rest[2]).unwrap_or_default().msg_id;
    let parent = Arc::new(Parent { ids: frames[..at].to_vec(), header: rest[1].clone() });
    Ok(Request { header, parent, answers, metadata: rest[3].clone(), content: rest[4].clone(), buffers: rest[5..].to_vec() })
}

#[derive(Serialize)]
struct OutHeader<'a> {
    msg_id: &'a str,
    session: &'a str,
    username: &'a str,
    date: String,
    msg_type: &'a str,
    version: &'static str,
}

/// Makes headers for, signs and frames what this kernel sends.
pub struct Encoder {
    signer: Signer,
    session: String,
    username: String,
    count: AtomicU64,
}

impl Encoder {
    /// `session` is the kernel's own id, unique per process.
    pub fn new(signer: Signer, session: String, username: String) -> Encoder {
        Encoder { signer, session, username, count: AtomicU64::new(0) }
    }

    pub fn session(&self) -> &str {
        &self.session
    }

    /// The frames of a message behind `prefix` (identities, or an IOPub topic), and its `msg_id`.
    /// No parent gives `{}`: some front ends fail on null.
    pub fn encode(
        &self,
        prefix: &[Bytes],
        parent: Option<&Parent>,
        msg_type: &str,
        metadata: &[u8],
        content: Vec<u8>,
    ) -> (Vec<Bytes>, String) {
        let msg_id = format!("{}_{}", self.session, self.count.fetch_add(1, Ordering::Relaxed));
        let header = OutHeader {
            msg_id: &msg_id,
            session: &self.session,
            username: &self.username,
            date: date_now(),
            msg_type,
            version: super::PROTOCOL_VERSION,
        };
        let header = serde_json::to_vec(&header).unwrap_or_default();
        let parent = parent.map_or_else(|| Bytes::from_static(b"{}"), |p| p.header.clone());
        let body = [Bytes::from(header), parent, Bytes::copy_from_slice(metadata), Bytes::from(content)];
        let signature = self.signer.sign(&body);
        let mut frames = prefix.to_vec();
        frames.extend([Bytes::from_static(DELIMITER), Bytes::from(signature)]);
        frames.extend(body);
        (frames, msg_id)
    }
}

/// Now, as ISO 8601 in UTC with microseconds.
fn date_now() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    iso8601(since.as_secs(), since.subsec_micros())
}

/// Days to a civil date by the era method (400 years have 146,097 days), counting years from 1 March.
fn iso8601(seconds: u64, micros: u32) -> String {
    let (days, rest) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (h, m, s) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{h:02}:{m:02}:{s:02}.{micros:06}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        assert_eq!(iso8601(0, 0), "1970-01-01T00:00:00.000000Z");
        assert_eq!(iso8601(951_782_399, 7), "2000-02-28T23:59:59.000007Z");
        assert_eq!(iso8601(951_782_400, 0), "2000-02-29T00:00:00.000000Z");
        assert_eq!(iso8601(1_798_761_599, 999_999), "2026-12-31T23:59:59.999999Z");
    }

    #[test]
    fn there_and_back() {
        let e = Encoder::new(Signer::new("k"), "s".into(), "u".into());
        let ids = [Bytes::from_static(b"peer")];
        let parent = Parent { ids: ids.to_vec(), header: Bytes::from_static(b"{\"msg_id\":\"p\",\"x\":[1]}") };
        let (frames, id) = e.encode(&ids, Some(&parent), "a_request", b"{}", b"{\"code\":\"1\"}".to_vec());
        let got = decode(&frames, &Signer::new("k")).unwrap();
        assert_eq!((got.header.msg_type.as_str(), got.header.msg_id), ("a_request", id));
        assert_eq!(got.answers.as_deref(), Some("p"));
        assert_eq!(&got.parent.ids[0][..], b"peer");
        assert_eq!(&got.content[..], b"{\"code\":\"1\"}");
        assert_eq!(decode(&frames, &Signer::new("other")).unwrap_err(), Rejected::BadSignature);
        assert_eq!(decode(&frames[..4], &Signer::new("k")).unwrap_err(), Rejected::TooFewFrames(2));
        assert_eq!(decode(&[], &Signer::new("k")).unwrap_err(), Rejected::NoDelimiter);
    }

    #[test]
    fn garbage_is_rejected_not_fatal() {
        let s = Signer::new("");
        for header in [&b"{"[..], b"[]", b"null", b"{}", b"{\"msg_id\":1,\"msg_type\":\"x\"}", b"\xff"] {
            let frames: Vec<Bytes> = [&b"<IDS|MSG>"[..], b"", header, b"{}", b"{}", b"{}"]
                .iter()
                .map(|f| Bytes::copy_from_slice(f))
                .collect();
            assert!(matches!(decode(&frames, &s), Err(Rejected::BadHeader(_))), "{header:?}");
        }
    }
}
