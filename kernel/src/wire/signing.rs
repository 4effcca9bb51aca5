//! Signatures of messages: HMAC-SHA256 over header, parent header, metadata and content, in lower-case hex.
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// The connection's key. An empty key means that messages are not signed (protocol: "Wire protocol").
#[derive(Clone)]
pub struct Signer(Option<Hmac<Sha256>>);

impl Signer {
    pub fn new(key: &str) -> Signer {
        // HMAC takes a key of any length, so that `new_from_slice` has no error to give.
        Signer((!key.is_empty()).then(|| Hmac::new_from_slice(key.as_bytes()).ok()).flatten())
    }

    fn mac<B: AsRef<[u8]>>(&self, frames: &[B]) -> Option<Hmac<Sha256>> {
        let mut mac = self.0.clone()?;
        frames.iter().for_each(|f| mac.update(f.as_ref()));
        Some(mac)
    }

    /// The signature frame; empty when messages are not signed.
    pub fn sign<B: AsRef<[u8]>>(&self, frames: &[B]) -> String {
        self.mac(frames).map(|m| hex(&m.finalize().into_bytes())).unwrap_or_default()
    }

    /// Whether `signature` (hex) is right; compared in constant time.
    pub fn verify<B: AsRef<[u8]>>(&self, signature: &[u8], frames: &[B]) -> bool {
        match (self.mac(frames), unhex(signature)) {
            (None, _) => true,
            (Some(mac), Some(sent)) => mac.verify_slice(&sent).is_ok(),
            (Some(_), None) => false,
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [DIGITS[(b >> 4) as usize] as char, DIGITS[(b & 15) as usize] as char]).collect()
}

fn unhex(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |c: u8| (c as char).to_digit(16).map(|d| d as u8);
    text.len().is_multiple_of(2).then_some(())?;
    text.chunks(2).map(|p| Some(digit(p[0])? << 4 | digit(p[1])?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_digest() {
        // RFC 4231, test case 2.
        let s = Signer::new("Jefe");
        let sig = s.sign(&[&b"what do ya want "[..], b"for nothing?"]);
        assert_eq!(sig, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        assert!(s.verify(sig.as_bytes(), &[b"what do ya want for nothing?"]));
        assert!(!s.verify(sig.as_bytes(), &[b"what do ya want for something?"]));
        assert!(!s.verify(b"zz", &[b"x"]));
        assert!(!s.verify(b"", &[b"x"]));
    }

    #[test]
    fn no_key_no_signature() {
        let s = Signer::new("");
        assert_eq!(s.sign(&[b"x"]), "");
        assert!(s.verify(b"anything", &[b"x"]));
    }
}
