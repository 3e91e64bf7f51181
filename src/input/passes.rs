//! One pass over a file: its chunks cut and read, here or on threads.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, sync_channel};

use super::dialect::Dialect;
use super::encoding::Encoding;
use super::head::cut_header;
use super::scan::{Chunk, Cut, Splitter};
use super::shape::plan::{Found, Plan};
use super::shape::reader::RowReader;
use crate::error::Message;

/// How a pass over the chunks ended: at the end, or with the encoding to start again in.
pub(super) type End = Result<Option<Encoding>, Message>;

/// Reads every chunk on the calling thread.
pub(super) fn read_here(
    plan: &Plan<'_>,
    splitter: &mut Splitter,
    progress: &dyn Fn(u64),
) -> (Found, End) {
    let mut reader = RowReader::new(plan);
    let end = each_chunk(splitter, plan.dialect, progress, |chunk| {
        reader.read_chunk(&chunk)
    });
    (reader.found, end)
}

/// The calling thread cuts chunks, the others read them; what they found is merged at the end.
pub(super) fn read_on_threads(
    plan: &Plan<'_>,
    splitter: &mut Splitter,
    threads: usize,
    progress: &dyn Fn(u64),
) -> (Found, End) {
    let (send, receive) = sync_channel::<Chunk>(threads * 2);
    let receive = Mutex::new(receive);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| scope.spawn(|| read_all(plan, &receive)))
            .collect();
        let end = each_chunk(splitter, plan.dialect, progress, |chunk| {
            send.send(chunk).is_ok()
        });
        drop(send);
        let mut found = Found::new(plan);
        for worker in workers {
            match worker.join() {
                Ok(part) => found.merge(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        (found, end)
    })
}

fn read_all(plan: &Plan<'_>, receive: &Mutex<Receiver<Chunk>>) -> Found {
    let mut reader = RowReader::new(plan);
    loop {
        let next = receive.lock().map(|receive| receive.recv());
        let Ok(Ok(chunk)) = next else {
            return reader.found;
        };
        reader.read_chunk(&chunk);
    }
}

/// Gives every chunk to `read` until it says stop, the header cut off the first one.
pub(super) fn each_chunk(
    splitter: &mut Splitter,
    dialect: &Dialect,
    progress: &dyn Fn(u64),
    mut read: impl FnMut(Chunk) -> bool,
) -> End {
    let mut is_first = true;
    loop {
        match splitter.next_chunk()? {
            Cut::End => return Ok(None),
            Cut::Restart(encoding) => return Ok(Some(encoding)),
            Cut::Chunk(mut chunk) => {
                if std::mem::take(&mut is_first) {
                    cut_header(&mut chunk, dialect);
                }
                if !read(chunk) {
                    return Ok(None);
                }
                progress(splitter.bytes_read());
            }
        }
    }
}
