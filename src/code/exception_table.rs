//! `co_exceptiontable`: which instructions a handler protects (CPython's `InternalDocs/exception_handling.md`).

/// One protected range. Places count code units from the start of the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handler {
    /// First protected code unit.
    pub start: u32,
    /// One behind the last.
    pub end: u32,
    /// Where execution goes on.
    pub target: u32,
    /// Depth to which the stack is cut before the handler gets its values.
    pub depth: u32,
    /// Whether the place of the raising instruction is pushed under the exception.
    pub lasti: bool,
}

/// Decodes a table. Ranges are sorted and do not overlap; a table that ends early gives what it holds.
pub fn parse(table: &[u8]) -> Vec<Handler> {
    let mut bytes = table.iter().copied();
    let mut handlers = Vec::new();
    while let Some(handler) = next(&mut bytes) {
        handlers.push(handler);
    }
    handlers
}

/// The handler that protects a code unit.
pub fn find(handlers: &[Handler], unit: u32) -> Option<&Handler> {
    let after = handlers.partition_point(|handler| handler.start <= unit);
    handlers[..after].last().filter(|handler| unit < handler.end)
}

fn next(bytes: &mut impl Iterator<Item = u8>) -> Option<Handler> {
    let start = varint(bytes)?;
    let length = varint(bytes)?;
    let target = varint(bytes)?;
    let depth_and_lasti = varint(bytes)?;
    let (depth, lasti) = (depth_and_lasti >> 1, depth_and_lasti & 1 != 0);
    Some(Handler { start, end: start.saturating_add(length), target, depth, lasti })
}

/// Six bits a byte, the highest first; bit 6 says that another byte follows, bit 7 only marks the start of an entry.
fn varint(bytes: &mut impl Iterator<Item = u8>) -> Option<u32> {
    let mut value = 0u32;
    loop {
        let byte = bytes.next()?;
        value = value << 6 | u32::from(byte & 0x3F);
        if byte & 0x40 == 0 {
            return Some(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_long_numbers_and_finds_ranges() {
        // 1 to 71 (length 70 takes two bytes), handler at 130, depth 2 with lasti; then 80 to 81.
        let table = [0x80 | 1, 0x40 | 1, 6, 0x40 | 2, 2, 5, 0x80 | 0x40 | 1, 16, 1, 9, 0];
        let handlers = parse(&table);
        assert_eq!(handlers[0], Handler { start: 1, end: 71, target: 130, depth: 2, lasti: true });
        assert_eq!(handlers[1], Handler { start: 80, end: 81, target: 9, depth: 0, lasti: false });
        let at = |unit| find(&handlers, unit).map(|handler| handler.target);
        assert_eq!([at(0), at(1), at(70), at(71), at(80), at(81)], [None, Some(130), Some(130), None, Some(9), None]);
    }
}
