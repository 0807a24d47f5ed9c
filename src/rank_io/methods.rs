//! The public file calls, the same on all four classes.

/// Adds `write`, `write_to`, `load`, `read_from` and `load_from_bytes` to a class that is
/// [`super::Stored`].
macro_rules! file_methods {
    ($class:ty) => {
        impl $class {
            /// Writes the index to a file, through a synced temporary file in the same folder
            /// that then takes the target's place. On an error the target is as it was.
            ///
            /// Whenever the process or the machine stops, the target is the old file or the new
            /// one, whole. A loss of power soon after the call may bring the old one back, until
            /// the caller or the system has synced the folder.
            ///
            /// # Errors
            /// What the operating system says; `Unsupported` if the index has no file format.
            pub fn write(&self, path: impl AsRef<std::path::Path>) -> std::io::Result<()> {
                crate::rank_io::to_file(self, path.as_ref())
            }

            /// Writes the bytes of the file to `writer`.
            ///
            /// # Errors
            /// What the writer says; `Unsupported` if the index has no file format.
            pub fn write_to<W: std::io::Write>(&self, writer: W) -> std::io::Result<()> {
                crate::rank_io::to_writer(self, writer)
            }

            /// Loads a file and checks every row.
            ///
            /// # Errors
            /// `InvalidData` that names what is wrong with the bytes, `InvalidInput` for
            /// something that is not a regular file, and what the operating system says.
            pub fn load(path: impl AsRef<std::path::Path>) -> std::io::Result<Self> {
                crate::rank_io::from_file(path.as_ref())
            }

            /// Loads from the reader's position to its end. Bytes after the last row are an
            /// error.
            ///
            /// # Errors
            /// As for `load`.
            pub fn read_from<R: std::io::Read + std::io::Seek>(reader: R) -> std::io::Result<Self> {
                crate::rank_io::from_reader(reader)
            }

            /// Loads from the bytes of a file.
            ///
            /// # Errors
            /// As for `load`.
            pub fn load_from_bytes(bytes: &[u8]) -> std::io::Result<Self> {
                crate::rank_io::from_bytes(bytes)
            }
        }
    };
}

pub(crate) use file_methods;
