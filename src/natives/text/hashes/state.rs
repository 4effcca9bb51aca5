//! A running hash of any of the algorithms.
use super::blake2::Blake2;
use crate::heap::Ref;
use crate::objects::State;
use sha2::Digest;
use sha3::digest::{ExtendableOutput, Update, XofReader};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Algorithm {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
    Sha3_224,
    Sha3_256,
    Sha3_384,
    Sha3_512,
    Shake128,
    Shake256,
    Blake2b,
    Blake2s,
}
impl Algorithm {
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Md5 => "md5",
            Algorithm::Sha1 => "sha1",
            Algorithm::Sha224 => "sha224",
            Algorithm::Sha256 => "sha256",
            Algorithm::Sha384 => "sha384",
            Algorithm::Sha512 => "sha512",
            Algorithm::Sha3_224 => "sha3_224",
            Algorithm::Sha3_256 => "sha3_256",
            Algorithm::Sha3_384 => "sha3_384",
            Algorithm::Sha3_512 => "sha3_512",
            Algorithm::Shake128 => "shake_128",
            Algorithm::Shake256 => "shake_256",
            Algorithm::Blake2b => "blake2b",
            Algorithm::Blake2s => "blake2s",
        }
    }
    /// Bytes the compression function takes at a time.
    pub fn block_size(self) -> usize {
        match self {
            Algorithm::Md5 | Algorithm::Sha1 | Algorithm::Sha224 | Algorithm::Sha256 | Algorithm::Blake2s => 64,
            Algorithm::Sha384 | Algorithm::Sha512 | Algorithm::Blake2b => 128,
            Algorithm::Sha3_224 => 144,
            Algorithm::Sha3_256 | Algorithm::Shake256 => 136,
            Algorithm::Sha3_384 => 104,
            Algorithm::Sha3_512 => 72,
            Algorithm::Shake128 => 168,
        }
    }
}

#[derive(Clone)]
enum Running {
    Md5(md5::Md5),
    Sha1(sha1::Sha1),
    Sha224(sha2::Sha224),
    Sha256(sha2::Sha256),
    Sha384(sha2::Sha384),
    Sha512(sha2::Sha512),
    Sha3_224(sha3::Sha3_224),
    Sha3_256(sha3::Sha3_256),
    Sha3_384(sha3::Sha3_384),
    Sha3_512(sha3::Sha3_512),
    Shake128(sha3::Shake128),
    Shake256(sha3::Shake256),
    Blake2(Blake2),
}

/// State of a hash object.
#[derive(Clone)]
pub struct Hash {
    pub algorithm: Algorithm,
    running: Running,
}
macro_rules! each {
    ($running:expr, $h:ident => $digest:expr, shake $shake:expr, blake $blake:expr) => {
        match $running {
            Running::Md5($h) => $digest,
            Running::Sha1($h) => $digest,
            Running::Sha224($h) => $digest,
            Running::Sha256($h) => $digest,
            Running::Sha384($h) => $digest,
            Running::Sha512($h) => $digest,
            Running::Sha3_224($h) => $digest,
            Running::Sha3_256($h) => $digest,
            Running::Sha3_384($h) => $digest,
            Running::Sha3_512($h) => $digest,
            Running::Shake128($h) => $shake,
            Running::Shake256($h) => $shake,
            Running::Blake2($h) => $blake,
        }
    };
}
impl Hash {
    pub fn new(algorithm: Algorithm) -> Hash {
        let running = match algorithm {
            Algorithm::Md5 => Running::Md5(Default::default()),
            Algorithm::Sha1 => Running::Sha1(Default::default()),
            Algorithm::Sha224 => Running::Sha224(Default::default()),
            Algorithm::Sha256 => Running::Sha256(Default::default()),
            Algorithm::Sha384 => Running::Sha384(Default::default()),
            Algorithm::Sha512 => Running::Sha512(Default::default()),
            Algorithm::Sha3_224 => Running::Sha3_224(Default::default()),
            Algorithm::Sha3_256 => Running::Sha3_256(Default::default()),
            Algorithm::Sha3_384 => Running::Sha3_384(Default::default()),
            Algorithm::Sha3_512 => Running::Sha3_512(Default::default()),
            Algorithm::Shake128 => Running::Shake128(Default::default()),
            Algorithm::Shake256 => Running::Shake256(Default::default()),
            Algorithm::Blake2b | Algorithm::Blake2s => {
                Running::Blake2(Blake2::new(algorithm == Algorithm::Blake2b, &Default::default()))
            }
        };
        Hash { algorithm, running }
    }
    /// A BLAKE2 hash with parameters.
    pub fn blake2(algorithm: Algorithm, state: Blake2) -> Hash {
        Hash { algorithm, running: Running::Blake2(state) }
    }
    pub fn update(&mut self, b: &[u8]) {
        each!(&mut self.running, h => Digest::update(h, b), shake Update::update(h, b), blake h.update(b))
    }
    /// The digest so far; extendable functions give none.
    pub fn digest(&self) -> Vec<u8> {
        each!(&self.running, h => h.clone().finalize().to_vec(), shake { _ = h; vec![] }, blake h.digest())
    }
    pub fn digest_size(&self) -> usize {
        self.digest().len()
    }
    /// `length` bytes of an extendable function's output.
    pub fn extended(&self, length: usize) -> Vec<u8> {
        let mut out = vec![0; length];
        match &self.running {
            Running::Shake128(h) => h.clone().finalize_xof().read(&mut out),
            Running::Shake256(h) => h.clone().finalize_xof().read(&mut out),
            _ => panic!("only SHAKE gives any length"),
        }
        out
    }
}
impl State for Hash {
    fn visit(&self, _f: &mut dyn FnMut(Ref)) {}
    fn is_container(&self) -> bool {
        false
    }
}
