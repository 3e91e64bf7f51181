//! Results into a file, whole or not at all.

use std::fs::Permissions;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::{Code, Message, Place};

/// How many links are followed before they are taken for a circle.
const LINKS_MAX: u32 = 40;

/// A file on its way: opened before the run, so that a bad path fails at once, and put in its place
/// when everything is written.
pub(super) enum OutputFile {
    /// Written beside its place and moved there at the end.
    Whole(BufWriter<NamedTempFile>, PathBuf),
    /// A device or pipe, which nothing can be moved to.
    Direct(BufWriter<std::fs::File>),
}

impl OutputFile {
    /// Opens it.
    ///
    /// # Errors
    ///
    /// [`Code::CannotWrite`] if the folder or the device cannot be written.
    pub(super) fn create(name: &str, folder: Option<&PathBuf>) -> Result<OutputFile, Message> {
        let path = folder.map_or_else(|| PathBuf::from(name), |folder| folder.join(name));
        open(&path).map_err(|error| cannot_write(name, &error))
    }

    /// Puts it in its place.
    ///
    /// # Errors
    ///
    /// [`Code::CannotWrite`]; then the place is as it was.
    pub(super) fn finish(self, name: &str) -> Result<(), Message> {
        let finished = match self {
            OutputFile::Direct(mut writer) => writer.flush(),
            OutputFile::Whole(writer, path) => match writer.into_inner() {
                Ok(file) => file.persist(path).map(drop).map_err(|error| error.error),
                Err(error) => Err(error.into_error()),
            },
        };
        finished.map_err(|error| cannot_write(name, &error))
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            OutputFile::Whole(writer, _) => writer.write(bytes),
            OutputFile::Direct(writer) => writer.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            OutputFile::Whole(writer, _) => writer.flush(),
            OutputFile::Direct(writer) => writer.flush(),
        }
    }
}

/// The error for a place that cannot be written.
pub(super) fn cannot_write(name: &str, error: &io::Error) -> Message {
    let message =
        Message::new(Code::CannotWrite, format!("cannot write `{name}`")).at(Place::file(name));
    match Path::new(name).parent() {
        Some(folder) if error.kind() == io::ErrorKind::NotFound => {
            message.note(format!("there is no folder `{}`", folder.display()))
        }
        _ => message.note(crate::input::reason(error).to_lowercase()),
    }
}

fn open(path: &Path) -> io::Result<OutputFile> {
    let found = std::fs::metadata(path).ok();
    if found.as_ref().is_some_and(std::fs::Metadata::is_dir) {
        return Err(io::Error::from(io::ErrorKind::IsADirectory));
    }
    if found.as_ref().is_some_and(|found| !found.is_file()) {
        let file = std::fs::OpenOptions::new().write(true).open(path)?;
        return Ok(OutputFile::Direct(BufWriter::new(file)));
    }
    let target = followed(path)?;
    let folder = target
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let permissions = found.map(|found| found.permissions());
    if permissions.as_ref().is_some_and(Permissions::readonly) {
        return Err(io::Error::from(io::ErrorKind::PermissionDenied));
    }
    let mut builder = tempfile::Builder::new();
    let file = with_usual_permissions(builder.prefix(".nrr-")).tempfile_in(folder)?;
    if let Some(permissions) = permissions {
        // Set afterwards: the mask for new files does not touch those of an old one.
        file.as_file().set_permissions(permissions)?;
    }
    Ok(OutputFile::Whole(BufWriter::new(file), target))
}

/// What a path leads to at the end of its links, be it there or not: a link stays a link, and what it
/// points to is replaced.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut target = path.to_owned();
    for _ in 0..LINKS_MAX {
        let Ok(next) = std::fs::read_link(&target) else {
            return Ok(target);
        };
        target = target.parent().unwrap_or(Path::new("")).join(next);
    }
    Err(io::Error::from(io::ErrorKind::InvalidInput))
}

/// As any new file of the user's: readable by others where their mask allows it.
fn with_usual_permissions<'a, 'b>(
    builder: &'a mut tempfile::Builder<'b, 'b>,
) -> &'a mut tempfile::Builder<'b, 'b> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder
}
