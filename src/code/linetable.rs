//! `co_linetable`: the place in the source of every code unit (PEP 626, PEP 657; CPython's `InternalDocs/code_objects.md`).

/// A place in the source. Lines count from 1, columns are UTF-8 byte offsets from 0; the end is exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// None: the instruction belongs to no line.
    pub line: Option<u32>,
    pub end_line: Option<u32>,
    pub col: Option<u32>,
    pub end_col: Option<u32>,
}

/// One entry of the table: a run of code units at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// First code unit.
    pub start: u32,
    /// One behind the last.
    pub end: u32,
    pub position: Position,
}

/// Decodes the table run by run.
#[derive(Clone, Debug)]
pub struct Runs<'a> {
    rest: &'a [u8],
    unit: u32,
    line: i32,
}

/// The runs of a table, in order of code units.
pub fn runs(table: &[u8], firstlineno: i32) -> Runs<'_> {
    Runs { rest: table, unit: 0, line: firstlineno }
}

/// `co_positions()`: one position for each code unit.
pub fn positions(table: &[u8], firstlineno: i32) -> impl Iterator<Item = Position> {
    runs(table, firstlineno).flat_map(|run| std::iter::repeat_n(run.position, (run.end - run.start) as usize))
}

/// `co_lines()`: byte offsets of start and end, and the line; neighbours of one line are merged.
pub fn lines(table: &[u8], firstlineno: i32) -> Vec<(u32, u32, Option<u32>)> {
    let mut merged: Vec<(u32, u32, Option<u32>)> = Vec::new();
    for run in runs(table, firstlineno) {
        match merged.last_mut() {
            Some(last) if last.2 == run.position.line => last.1 = 2 * run.end,
            _ => merged.push((2 * run.start, 2 * run.end, run.position.line)),
        }
    }
    merged
}

/// The place of one code unit; all None when the table does not reach it.
pub fn position_at(table: &[u8], firstlineno: i32, unit: u32) -> Position {
    runs(table, firstlineno).find(|run| unit < run.end).map(|run| run.position).unwrap_or_default()
}

/// The line of one code unit.
pub fn line_at(table: &[u8], firstlineno: i32, unit: u32) -> Option<u32> {
    position_at(table, firstlineno, unit).line
}

impl Iterator for Runs<'_> {
    type Item = Run;

    fn next(&mut self) -> Option<Run> {
        let head = self.byte()?;
        let start = self.unit;
        self.unit += u32::from(head & 7) + 1;
        let position = self.position(head >> 3 & 15)?;
        Some(Run { start, end: self.unit, position })
    }
}

impl Runs<'_> {
    /// Reads what follows the head of an entry with this code.
    fn position(&mut self, code: u8) -> Option<Position> {
        let (line_span, col, end_col) = match code {
            // Short: the same line, a start column below 80, at most 15 columns.
            0..=9 => {
                let packed = u32::from(self.byte()?);
                let col = u32::from(code) << 3 | packed >> 4;
                (0, Some(col), Some(col + (packed & 15)))
            }
            // One line: up to two lines further, columns below 256.
            10..=12 => {
                self.line += i32::from(code) - 10;
                (0, Some(u32::from(self.byte()?)), Some(u32::from(self.byte()?)))
            }
            13 => {
                self.line += self.signed()?;
                (0, None, None)
            }
            14 => {
                self.line += self.signed()?;
                let span = self.varint()?;
                (span, self.varint()?.checked_sub(1), self.varint()?.checked_sub(1))
            }
            _ => return Some(Position::default()),
        };
        let line = u32::try_from(self.line).ok();
        Some(Position { line, end_line: line.map(|line| line + line_span), col, end_col })
    }

    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }

    /// Six bits a byte, the lowest first; bit 6 says that another byte follows.
    fn varint(&mut self) -> Option<u32> {
        let (mut value, mut shift) = (0u32, 0u32);
        loop {
            let byte = self.byte()?;
            value |= u32::from(byte & 0x3F).checked_shl(shift).unwrap_or(0);
            shift += 6;
            if byte & 0x40 == 0 {
                return Some(value);
            }
        }
    }

    /// A varint whose lowest bit is the sign.
    fn signed(&mut self) -> Option<i32> {
        let value = self.varint()?;
        let magnitude = (value >> 1) as i32;
        Some(if value & 1 == 0 { magnitude } else { -magnitude })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: u32, end_line: u32, col: u32, end_col: u32) -> Position {
        Position { line: Some(line), end_line: Some(end_line), col: Some(col), end_col: Some(end_col) }
    }

    #[test]
    fn decodes_each_kind_of_entry() {
        let table = [
            0x80 | 1 << 3 | 1, 0x25, // short: columns 10 to 15, two units
            0x80 | 11 << 3, 4, 200, // one line further, columns 4 to 200
            0x80 | 13 << 3, 3, // no columns, one line back
            0x80 | 14 << 3, 4, 2, 1, 0x40 | 1, 1, // long: two lines further, spanning two more, columns 0 to 64
            0x80 | 14 << 3, 0, 0, 0, 0, // long without columns
            0x80 | 15 << 3 | 7, // no place, eight units
        ];
        let found: Vec<Run> = runs(&table, 7).collect();
        assert_eq!(found[0], Run { start: 0, end: 2, position: at(7, 7, 10, 15) });
        assert_eq!(found[1].position, at(8, 8, 4, 200));
        assert_eq!(found[2].position, Position { line: Some(7), end_line: Some(7), col: None, end_col: None });
        assert_eq!(found[3].position, at(9, 11, 0, 64));
        assert_eq!(found[4].position, Position { line: Some(9), end_line: Some(9), col: None, end_col: None });
        assert_eq!(found[5], Run { start: 6, end: 14, position: Position::default() });
        assert_eq!(found.len(), 6);
        assert_eq!(positions(&table, 7).count(), 14);
        assert_eq!(lines(&table, 7), [(0, 4, Some(7)), (4, 6, Some(8)), (6, 8, Some(7)), (8, 12, Some(9)), (12, 28, None)]);
        assert_eq!([line_at(&table, 7, 2), line_at(&table, 7, 13), line_at(&table, 7, 14)], [Some(8), None, None]);
    }
}
