//! The interrupt flag: set by `interrupt_request` or SIGINT, seen by the machine between slices of its budget.
//!
//! An interrupt concerns the cells that had been received when it came; with none, it is nothing. The flag is
//! not cleared when a cell begins (an interrupt right behind an `execute_request` must stop that cell), but when it ends.
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Default)]
pub struct Interrupt {
    asked: AtomicBool,
    /// Cells received and not yet ended.
    cells: Mutex<usize>,
}

impl Interrupt {
    fn cells(&self) -> MutexGuard<'_, usize> {
        self.cells.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn cell_received(&self) {
        *self.cells() += 1;
    }

    pub fn cell_ended(&self) {
        let mut cells = self.cells();
        *cells = cells.saturating_sub(1);
        self.asked.store(false, Ordering::Release);
    }

    /// True when there was something to interrupt.
    pub fn ask(&self) -> bool {
        let cells = self.cells();
        if *cells > 0 {
            self.asked.store(true, Ordering::Release);
        }
        *cells > 0
    }

    /// True once after [`Interrupt::ask`].
    pub fn take(&self) -> bool {
        // Loads first: this is polled, and a plain load of a flag nobody writes costs nothing.
        self.asked.load(Ordering::Acquire) && self.asked.swap(false, Ordering::AcqRel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_interrupts_are_nothing() {
        let i = Interrupt::default();
        assert!(!i.ask());
        i.cell_received();
        assert!(!i.take());
        assert!(i.ask() && i.take() && !i.take());
        i.ask();
        i.cell_ended();
        assert!(!i.take());
    }
}
