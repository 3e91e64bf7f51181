//! Memory asked for before it is read.

/// Asks for what stands at a place of a list, so that it is near when it is read; waits for nothing.
///
/// It is asked into the second cache. Some processors drop many requests into the first one: rows in any order took a sixth
/// longer on an AMD EPYC.
#[inline(always)]
#[expect(clippy::inline_always, reason = "it is one instruction or two")]
pub(crate) fn bring_near<T>(list: &[T], at: usize) {
    if let Some(one) = list.get(at) {
        let first = std::ptr::from_ref(one).cast::<u8>();
        ask_for(first);
        // It may reach into the next line.
        if size_of::<T>() > align_of::<T>() {
            ask_for(first.wrapping_add(size_of::<T>() - 1));
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[expect(
    unsafe_code,
    reason = "the instruction is given a pointer; it reads nothing through it"
)]
#[inline]
fn ask_for(place: *const u8) {
    use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};

    // SAFETY: every x86-64 has it, and it does nothing but fill a cache, whatever the pointer is.
    unsafe { _mm_prefetch::<_MM_HINT_T1>(place.cast()) }
}

/// Other processors find out by themselves.
#[cfg(not(target_arch = "x86_64"))]
fn ask_for(_: *const u8) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_place_may_be_asked_for() {
        let list = [[0_u8; 24]; 3];
        for at in [0, 2, 3, usize::MAX] {
            bring_near(&list, at);
            bring_near(&[1_u32], at);
        }
        bring_near::<u64>(&[], 0);
        assert_eq!(list, [[0; 24]; 3]);
    }
}
