//! PNG and PDF in a build without the feature `figures`: they refuse.
use super::scene::Scene;
use std::fmt;

/// Why a picture could not be made.
#[derive(Debug)]
pub struct Failed(String);
impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl std::error::Error for Failed {}

fn refused() -> Failed {
    Failed("this build of pellucid has no PNG and PDF: build it with --features figures".into())
}
pub fn png(_scene: &Scene) -> Result<Vec<u8>, Failed> {
    Err(refused())
}
pub fn pdf(_scene: &Scene) -> Result<Vec<u8>, Failed> {
    Err(refused())
}
