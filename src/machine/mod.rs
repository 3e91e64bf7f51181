//! What the processor at hand can do beyond what every one can: the one module with `unsafe`.

mod masks;
mod near;

pub(crate) use masks::{Lanes, ROOM, Survey, Walk, equal, survey, with_widest};
pub(crate) use near::bring_near;
